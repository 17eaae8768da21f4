"""What a library owes its process: threads, forks, memory, compiled code on disk."""

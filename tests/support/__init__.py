"""What many tests share: rows to try (`strategies`), calls, subjects, layouts, tolerances."""

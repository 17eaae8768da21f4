"""What is wrong with labels that do not match, and what to write so that they do.

The advice is code for the very objects that were given; the message ends with it.
"""

from __future__ import annotations

from typing import Any

from kullback._arguments.labels.aligning import Mismatch, is_position, lacking
from kullback._arguments.labels.objects import Labelled
from kullback._arguments.labels.shapes import NO_COUNT, NO_LOGIT, NOTHING

WORDS = {NO_COUNT: "count 0", NO_LOGIT: "have probability 0"}
OUTER, INNER, ROWS = "outer", "inner", "rows"


def refusal(mismatches: list[Mismatch], missing: str) -> ValueError:
    """The error for labels that do not match; `missing` is what one that is missing is worth."""
    first = mismatches[0]
    same = [each for each in mismatches if (each.one, each.other) == (first.one, first.other)]
    return ValueError("; ".join([*map(_fault, same), _remedy(same, missing)]))


def _fault(mismatch: Mismatch) -> str:
    """Which labels each side lacks."""
    one, other = mismatch.one, mismatch.other
    parts = []
    for name, labels, count in lacking(mismatch):
        more = f" and {count - len(labels)} more" if count > len(labels) else ""
        parts += [f"{name} lacks {', '.join(map(repr, labels))}{more}"] if count else []
    for side, axis in mismatch.sides:
        index = side.indexes[axis]
        if not index.is_unique:
            parts.append(f"{side.name} has {index[index.duplicated()][:1].tolist()[0]!r} twice")
    words = [f"the {_words(side, axis)} of {side.name}" for side, axis in mismatch.sides]
    found = f"{' and '.join(words)} differ: {', '.join(parts)}"
    if len(one.indexes[mismatch.axis]) == len(other.indexes[mismatch.other_axis]):
        for side, axis in mismatch.sides:
            if is_position(side.indexes[axis]):
                return f"{found} (if order is all that counts, give {side.name}.to_numpy())"
    return found


def _words(of: Labelled, axis: int) -> str:
    if of.dims is not None:
        return f"labels along {of.dims[axis]!r}"
    return "labels" if len(of.indexes) == 1 else ("rows", "columns")[axis]


def _remedy(same: list[Mismatch], missing: str) -> str:
    """What to write, and what it means."""
    one, other = same[0].one, same[0].other
    how = {each: _how(each, missing) for each in same}
    if one.is_frame and other.is_frame:
        for each in same:
            for side, axis in each.sides:
                if how[each] == ROWS and len(side.indexes[axis]) == 1:
                    name = side.name
                    return f"to compare the one row of {name} with all: {name} = {name}.iloc[0]"
        steps = [*_prepared(same, missing), *_frames_joined(how, missing)]
    elif one.dims is not None and other.dims is not None:
        steps = [*_prepared(same, missing), *_arrays_joined(how, missing)]
    else:
        return "give both the same labels"
    return f"{', and '.join(_meanings(set(how.values()), missing))}: {'; '.join(steps)}"


def _how(mismatch: Mismatch, missing: str) -> str:
    """What becomes of a label that one side lacks: it is filled, left out, or a row of NaN."""
    if mismatch.broadcasts:
        return ROWS
    return INNER if missing == NOTHING or mismatch.role == "m" else OUTER


def _meanings(how: set[str], missing: str) -> list[str]:
    said = {
        OUTER: f"missing labels then {WORDS.get(missing)}",
        INNER: "what one side lacks is then left out",
        ROWS: 'with invalid="nan", rows that one side lacks then give NaN',
    }
    return [said[word] for word in (OUTER, INNER, ROWS) if word in how]


def _prepared(same: list[Mismatch], missing: str) -> list[str]:
    """Statements after which labels are of one kind, and none stands twice."""
    steps: dict[str, None] = {}
    for each in same:
        levels = {side.indexes[axis].nlevels for side, axis in each.sides}
        zones = [getattr(side.indexes[axis], "tz", None) for side, axis in each.sides]
        for side, axis in each.sides:
            index, name = side.indexes[axis], side.name
            if "[" in name:
                steps[f"{name.partition('[')[0]} = list({name.partition('[')[0]})"] = None
            if index.dtype.kind == "M" and index.tz is None and any(zones) and side.is_frame:
                zone = str(next(zone for zone in zones if zone))
                steps[f"{name} = {name}.tz_localize({zone!r}, axis={axis})"] = None
            if not index.is_unique:
                steps[_made_unique(side, axis, missing)] = None
            if index.nlevels > 1 and len(levels) > 1 and side.is_frame:
                labels = f"{name}.{_words_of_axis(side, axis)}"
                steps[f"{name} = {name}.set_axis({labels}.to_flat_index(), axis={axis})"] = None
    return list(steps)


def _words_of_axis(side: Labelled, axis: int) -> str:
    return ("index", "columns")[axis]


def _made_unique(side: Labelled, axis: int, missing: str) -> str:
    """A statement that adds up what has one label, or keeps the first where sums mean nothing."""
    name, index = side.name, side.indexes[axis]
    if side.dims is not None:
        dim = side.dims[axis]
        last = f"groupby({dim!r}).sum()" if missing == NO_COUNT else f"drop_duplicates({dim!r})"
        return f"{name} = {name}.{last}"
    if missing != NO_COUNT:
        kept = f"~{name}.{_words_of_axis(side, axis)}.duplicated()"
        return f"{name} = {name}.loc[{':, ' * axis}{kept}]"
    options = f"level={list(range(index.nlevels)) if index.nlevels > 1 else 0}, sort=False"
    if index.nlevels > 1 or index.hasnans:
        options += ", dropna=False"
    if type(index).__name__ == "CategoricalIndex":
        options += ", observed=True"
    turned = ".T" * axis
    return f"{name} = {name}{turned}.groupby({options}).sum(){turned}"


def _frames_joined(how: dict[Mismatch, str], missing: str) -> list[str]:
    """Statements that give two objects of pandas the same labels."""
    alike = all(_one_axis(each) and _keeps_missing(each) for each in how)
    if not alike:
        return [step for each, way in how.items() for step in _reindexed(each, way, missing)]
    axes: dict[str, list[int]] = {}
    for each, way in how.items():
        options = 'join="inner"' if way == INNER else _filled(missing)
        axes.setdefault(options, []).append(_one_axis(each)[0])
    first = next(iter(how))
    one, other = first.one, first.other
    if len(one.indexes) < len(other.indexes):
        one, other = other, one
    frames = len(other.indexes) > 1
    steps = []
    for options, along in axes.items():
        for axis in [None] if frames and len(along) > 1 else along:
            numbered = f"axis={axis}" if axis is not None and len(one.indexes) > 1 else ""
            written = ", ".join(filter(None, [other.name, numbered, options]))
            steps.append(f"{one.name}, {other.name} = {one.name}.align({written})")
    return list(dict.fromkeys(steps))


def _filled(missing: str) -> str:
    return f"fill_value={missing}" if missing else ""


def _one_axis(mismatch: Mismatch) -> tuple[int, ...]:
    """The axis on which both have these labels, in the frame if one is a Series."""
    axes = {axis for side, axis in mismatch.sides if len(side.indexes) > 1}
    return tuple(axes or {0}) if len(axes) < 2 else ()


def _keeps_missing(mismatch: Mismatch) -> bool:
    """Whether `align` does not fill what is missing already, as it does in a Series."""
    shapes = {len(side.indexes) for side, _ in mismatch.sides}
    return 1 not in shapes or not any(_has_missing(side.given) for side, _ in mismatch.sides)


def _has_missing(given: Any) -> bool:
    return bool(given.isna().to_numpy().any())


def _reindexed(mismatch: Mismatch, way: str, missing: str) -> list[str]:
    """The long form: the labels of both, then each of them with these."""
    keys = [f"{side.name}.{_words_of_axis(side, axis)}" for side, axis in mismatch.sides]
    join = "intersection" if way == INNER else "union"
    filled = "" if way == INNER or not missing else f", {_filled(missing)}"
    steps = [f"labels = {keys[0]}.{join}({keys[1]})"]
    for side, axis in mismatch.sides:
        word = _words_of_axis(side, axis)
        steps.append(f"{side.name} = {side.name}.reindex({word}=labels{filled})")
    return steps


def _arrays_joined(how: dict[Mismatch, str], missing: str) -> list[str]:
    """Statements that give two DataArrays the same labels."""
    ways = {"inner" if way == INNER else "outer" for way in how.values()}
    first = next(iter(how))
    one, other = first.one.name, first.other.name
    steps = []
    for join in sorted(ways):
        others = [e.dim for e, way in how.items() if (way == INNER) != (join == "inner")]
        options = f"join={join!r}"
        if join == "outer" and missing:
            options += f", {_filled(missing)}"
        if others:
            options += f", exclude={others!r}"
        steps.append(f"{one}, {other} = xarray.align({one}, {other}, {options})")
    return steps

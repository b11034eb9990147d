"""The press that ends a practice, as it stands in the database: nothing is written for it, so that a press does no more."""

from sqlalchemy import ColumnElement, func, or_, select

from models import Practice, ReachOut


def presses() -> tuple[ColumnElement[bool], ...]:
    """Reach-outs of whoever began a practice that end it, calm asks among them: open now, or closed since it began."""
    return ReachOut.person_id == Practice.person_id, or_(
        ReachOut.closed_at.is_(None), ReachOut.closed_at > Practice.created_at
    )


FIRST_PRESS = select(func.min(ReachOut.created_at)).where(*presses()).correlate(Practice).scalar_subquery()
"""When the first of them was pressed, which is before the practice began where the two ran side by side."""

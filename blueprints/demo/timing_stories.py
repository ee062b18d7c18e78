"""When things happened to an order: while the desk was open, one after the other, and never in the future."""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from blueprints.demo.steps import Question, Story

ZONE = ZoneInfo("Asia/Manila")
WAKES, OPENS, CLOSES = 7, 8, 19
A_MOMENT = timedelta(minutes=1)
SHORTEST_DAY = timedelta(hours=3)


def placed_at(story: Story | Question, now: datetime) -> datetime:
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    if story.days_ago == 0:
        begins = max(midnight, min(midnight + timedelta(hours=WAKES), now - SHORTEST_DAY))
        return begins + (now - begins) * (story.hour / 24)
    return midnight - timedelta(days=story.days_ago) + timedelta(hours=story.hour)


def times_of(story: Story | Question, placed: datetime, now: datetime, dice: random.Random) -> list[datetime]:
    """One for each step. Where the shop’s own pace would lead beyond `now`, everything went a little quicker."""
    times: list[datetime] = []
    at = placed
    for step in story.steps:
        at += timedelta(hours=step.after * dice.uniform(0.8, 1.25))
        if story.days_ago > 0:
            at = _at_the_desk(at)
        times.append(at)
    latest = now - A_MOMENT
    if times and times[-1] > latest:
        pace = max(latest - placed, timedelta()) / (times[-1] - placed)
        times = [placed + (at - placed) * pace for at in times]
    return times


def _at_the_desk(at: datetime) -> datetime:
    """The moment itself, or the first thing in the next morning."""
    here = at.astimezone(ZONE)
    if OPENS <= here.hour < CLOSES:
        return at
    morning = here.replace(hour=OPENS, minute=0) + timedelta(minutes=here.minute, hours=here.hour / 24)
    return morning if here.hour < OPENS else morning + timedelta(days=1)

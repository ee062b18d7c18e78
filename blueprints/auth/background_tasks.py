"""What runs behind the pages: ending the sessions that are over."""

from blueprints import background, sessions

background.task(sessions.tidy_sessions)

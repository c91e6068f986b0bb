"""A scheduler whose jobs run in threads, or what counts as one."""

from apscheduler.schedulers.base import BaseScheduler

class BackgroundScheduler(BaseScheduler): ...

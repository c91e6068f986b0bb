"""What opens a task group."""

from anyio.abc._tasks import TaskGroup

def create_task_group() -> TaskGroup: ...

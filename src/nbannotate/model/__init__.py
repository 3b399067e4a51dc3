"""What things are: frozen structs, no I/O. The words are those of ``docs/glossary.md``."""

from nbannotate.model.campaign import EXISTING, CampaignSpec, Existing, Plan, PlanStep, Step, StepKind, Workflow
from nbannotate.model.recipe import PALETTE, Label, Recipe
from nbannotate.model.shape import Annotation, Point, Shape, new_shape_id
from nbannotate.model.work import (
    ROLES,
    TASK_STATES,
    Action,
    Campaign,
    Closed,
    Comment,
    Dataset,
    HistoryItem,
    Issue,
    IssueState,
    Job,
    Member,
    NewMember,
    Progress,
    Role,
    Saved,
    Session,
    StepProgress,
    Task,
    TaskState,
    TaskView,
    Version,
    WorkspaceInfo,
)

__all__ = [
    "EXISTING", "PALETTE", "ROLES", "TASK_STATES", "Action", "Annotation", "Campaign", "CampaignSpec", "Closed",
    "Comment", "Dataset", "Existing", "HistoryItem", "Issue", "IssueState", "Job", "Label", "Member", "NewMember",
    "Plan", "PlanStep", "Point", "Progress", "Recipe", "Role", "Saved", "Session", "Shape", "Step", "StepKind",
    "StepProgress", "Task", "TaskState", "TaskView", "Version", "Workflow", "WorkspaceInfo", "new_shape_id",
]  # fmt: skip

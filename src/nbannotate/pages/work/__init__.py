"""The page of annotators and reviewers: my tasks, the task pane, the job page, issues and notifications."""

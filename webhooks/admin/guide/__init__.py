"""The guide: from nothing to the first question, five steps and an end. One module a step; `steps` is around them.

Each step can be left and come back to. Nothing is written to Jira or Confluence before the end's one button.
"""

from __future__ import annotations

from webhooks.admin.guide import end, pages, projects, questions, site, start
from webhooks.admin.guide.steps import blueprint

__all__ = ["blueprint", "end", "pages", "projects", "questions", "site", "start"]

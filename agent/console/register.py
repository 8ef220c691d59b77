"""Every page of the console, in the order of the navigation. A new part adds its pages here."""

from __future__ import annotations

from agent.console import home, still
from agent.console.head import access, approvals, policy, week
from agent.console.investigator import PAGES as INVESTIGATOR
from agent.console.pages import Page
from agent.console.signin import account, invitation, offices, school, users
from agent.console.signin import pages as signin
from agent.console.staff import concern, notice, record, today
from agent.console.technician import PAGES as TECHNICIAN

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *week.PAGES,
    *access.PAGES,
    *approvals.PAGES,
    *INVESTIGATOR,
    *today.PAGES,
    *record.PAGES,
    *notice.PAGES,
    *policy.PAGES,
    *concern.PAGES,
    *TECHNICIAN,
    *users.PAGES,
    *offices.PAGES,
    *account.PAGES,
    *signin.PAGES,
    *school.PAGES,
    *invitation.PAGES,
    *still.PAGES,
)

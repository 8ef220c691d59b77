"""The head's pages: access requests, approvals of cases, the policy in plain words and what changed in it."""

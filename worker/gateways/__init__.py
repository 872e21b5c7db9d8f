"""The two doors to a tenant's site. Only here is HTTP spoken to Jira and Confluence."""

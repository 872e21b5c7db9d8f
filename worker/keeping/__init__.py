"""Keeping what was learned: backup and restore of an SQLite deployment, and its move to PostgreSQL.

Commands of an admin, never of a running LearnLoop. They know tables and files, not what the rows mean.
"""

"""The commands of ``qunban``, one module for each subject.

What is heavy (the web framework, the chat client, the database) is imported inside the command that needs it, so that
``qunban triage`` on a small machine starts in a second.
"""

"""The words and the post: e-mails, documents, templates and SMTP.

Nothing here reads a database, a clock or a review: callers pass references, dates, organisation names and
plain labels, and get back text, files or delivery outcomes. This package imports neither ``workflows`` nor
``dardr``.
"""

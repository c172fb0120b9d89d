"""Folders of Markdown, as projects keep them, become sections and articles.

1. `tree` reads a folder or a zip, within limits, and unpacks nothing.
2. `reading` makes of each file its front matter and text; `liquid`, `dialects` and `links` turn what other systems
   write into our Markdown, and say by file and line what they could not.
3. `plan` says which sections, articles, snippets and files there shall be.
4. `applying` makes them so, by the actions that people use, and touches nothing that is so already.
"""

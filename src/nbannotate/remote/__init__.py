"""Images that lie elsewhere, at a URL: what such a URL may be, and the process that fetches them.

``urls`` says what is taken and what is refused; ``fetcher`` starts the process and asks it, for the owner of the
database, which fetches nothing itself. The process (``child``) alone has the credentials of the stores (``buckets``,
with the libraries of the extras) and looks at where addresses lead (``web``); what it fetched lies in a folder of
bounded size (``cached``), from which the owner opens it like any other file. ``messages`` is what the two say to each
other.
"""

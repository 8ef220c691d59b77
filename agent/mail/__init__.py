"""Mail that leaves: a letter is put into the outbox on disk first, then handed to the school's server.

Whoever has something to tell (concerns, cases, the weekly report) makes a Letter; the outbox survives a server that
is away and a process that is killed. A letter holds what anybody at the mail provider may read: never what a
concern says, nor whom a case concerns.
"""

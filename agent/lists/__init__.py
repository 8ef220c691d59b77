"""Outside lists of hosts: reading their formats, checking them, keeping them, packing them for look-up.

source (file, folder, https) ─► gather ─► formats ─► Draft ─► checks ─► library (<data>/lists)
                                                                          │ pack
                                                                          ▼
                                                   one table, mapped by every process (core `HostTable`)
"""

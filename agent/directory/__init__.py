"""Who is behind an address: the school's inventory as CSV texts → core Directory.

    people.csv         person, role, groups
    devices.csv        device, owner, kind, person, inspectable, told, addresses
    free-periods.csv   person, day, from, to

Nothing here reads a file; a mistake is a Problem with line and column.
"""

"""Who is behind an address: the school's inventory as CSV texts → core Directory.

    people.csv         person, role, groups
    devices.csv        device, owner, kind, person, inspectable, told, addresses, macs
    free-periods.csv   person, day, from, to
    rooms.csv          room, day, from, to
    exports            whatever columns the site names

Nothing here reads a file; a mistake is a Problem with line and column.
"""

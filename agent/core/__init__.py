"""The pure core: from facts to a decision, with no I/O, no clock and no third party.

    Flow ──► Directory.identify()   who: device, person, role, zone
             Catalogue.match()      what: host → service → category
             Timetable.moment()     when: period, kind of day
             classify(), acting()   how: activity, account
             ──► PolicySet.decide() ──► Decision | Needs ──► Engine.rule() ──► Ruling ──► Tally

Every type is frozen. The instant is a parameter, never read. The same functions rule on live traffic,
answer `explain`, run the policy tests and feed the reports, so the answers cannot differ.
"""

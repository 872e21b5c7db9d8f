"""Issues of the demo's third sprint (days 18 to 28), the platform team's among them, in order of creation.

Knows only its own issues: FLEX-33 to FLEX-50 and PLAT-8 to PLAT-12. Every event and number is invented.
"""

from worker.demo.story import Answer, Road, Story

SPRINT_THREE: tuple[Story, ...] = (
    Story(
        project="PLAT", type="Story", component="Deploys", labels=("rollout",), points=3,
        summary="Hold every rollout at 5 % until a report has run",
        description="A rollout names the report it waits for; without one it waits an hour.",
        reporter="tunde", assignee="joao", sprint=None, closed_day=21, closed_hour=14.0,
        answer=Answer(
            learned="Of 38 rollouts last quarter only 9 had a report that could have said no; the other 29 "
            "would have waited for nothing. Naming the report is the useful half, the waiting is the easy "
            "half.",
            surprised="Teams that had to name a report wrote one: six new ones in four days.",
            differently="The rollout template asks what would tell us to stop, before it asks for "
            "percentages.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-rollout",
            topics=("rollout", "feature-flags"), after_hours=1.0,
        ),
    ),
    Story(
        project="PLAT", type="Story", component="Feature flags", labels=("feature-flags",), points=5,
        summary="Read each flag once per request and pass it on",
        description="Two processes that ask at different moments may get different answers for one request.",
        reporter="omar", assignee="ana", sprint=None, closed_day=None,
    ),
    Story(
        project="PLAT", type="Bug", component="Observability", labels=("observability",), points=2,
        summary="Failed jobs raise an alert even when the retry succeeds",
        description="140 alerts a week. Most are gone before anybody has opened one.",
        reporter="tunde", assignee="omar", sprint=None, closed_day=23, closed_hour=11.0,
        answer=Answer(
            learned="86 % of the alerts were for jobs whose next try succeeded. Alerting on the last try "
            "took us from 140 a week to 19, and the first real one after that was seen in 4 minutes; the "
            "median before was 51.",
            surprised="Two of the remaining 19 had been firing every week since spring, unseen in the "
            "crowd.",
            differently="An alert that nobody acted on for four weeks is deleted or changed.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-on-call",
            topics=("observability",), after_hours=2.0,
        ),
    ),
    Story(
        project="PLAT", type="Task", component="CI", labels=("testing", "ci"), points=2,
        summary="Run the test suite in three time zones",
        description="Honolulu, UTC and Kiritimati, after the proration test in FLEX.",
        reporter="ana", assignee="ana", sprint=None, closed_day=24, closed_hour=10.0,
        answer=Answer(
            learned="Kiritimati (UTC+14) found five more tests that pass only near Greenwich, and one real "
            "bug: a trial that ended a day early east of +12. costs 6 extra minutes, at night only",
            topics=("testing",), road=Road.REPLY, after_hours=0.5,
        ),
    ),
    Story(
        project="PLAT", type="Story", component="Deploys", labels=("previews",), points=5,
        summary="A preview environment for every branch",
        description="Made on the first push, gone after three quiet days.",
        reporter="solveig", assignee="priya", sprint=None, closed_day=28, closed_hour=11.0,
    ),
    Story(
        project="FLEX", type="Story", component="Pricing engine", labels=("rollout",), points=5,
        summary="Open flexible pricing to every new account",
        description="Five steps in four days, each waiting for two reconciliation reports.",
        reporter="camille", assignee="tunde", sprint=3, closed_day=24, closed_hour=14.0,
        answer=Answer(
            learned="It stopped by itself at 25 %, for two balances that differed, waited three hours for "
            "a late import and went on. Four days instead of 40 minutes, nobody was paged, and 430 new "
            "accounts are on it.",
            surprised="The slow rollout took less of our time: two people for an hour, where the ledger "
            "took five for a day.",
            differently="Every price change goes out with the same hold.",
            lives_at="{site}/browse/PLAT-8",
            topics=("rollout", "observability"), after_hours=2.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Price experiments", labels=("experiment", "pricing"),
        points=3,
        summary="Start new teams on the usage plan",
        description="Hypothesis: teams that start on usage are back on their third day more often, 62 % "
        "against 58 %. Guardrail: refunds stay under 2 %. Review at the end of the sprint.",
        reporter="camille", assignee="camille", sprint=3, closed_day=25, closed_hour=15.0,
        answer=Answer(
            learned="Inconclusive. 59 % were back on usage and 58 % on seats, with 118 teams in each "
            "group; anything from 12 points worse to 14 better would look like this. To see 4 points we "
            "need about 2,400 teams a group, which is five months at today's pace.",
            surprised="We could have known before we started. The sum takes five minutes.",
            differently="An experiment states how many accounts it needs and how long that takes, or it is "
            "not an experiment.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-price-tests",
            topics=("pricing", "discovery"), changed_course=True, after_hours=72.0,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("incident", "feature-flags"),
        points=3,
        summary="Some invoices leave without a tax line",
        description="64 invoices between 09:10 and 09:40, all made while a flag was being switched on.",
        reporter="camille", assignee="omar", sprint=3, closed_day=22, closed_hour=13.0,
        answer=Answer(
            learned="The web process and the worker each read the flag for themselves, up to 30 s apart. "
            "64 invoices were made with the flag on and printed with it off, so their tax was counted and "
            "not shown.",
            surprised="The flag took half an hour to switch on: 30 small steps, each with its own 30 "
            "seconds of disagreement.",
            differently="Decide once, at the edge, and carry the decision with the job.",
            lives_at="{site}/browse/PLAT-9",
            topics=("feature-flags", "incidents"), after_hours=1.0,
        ),
    ),
    Story(
        project="FLEX", type="Task", component="Billing ledger", labels=("ledger", "migrations"), points=1,
        summary="Drop the old price table",
        description="Nothing in our code has read it since the ledger's rollout.",
        reporter="tunde", assignee="priya", sprint=3, closed_day=28, closed_hour=9.0,
        answer=Answer(
            learned="Nothing in our code reads it, and still `pg_stat_user_tables` counted 3 reads in a "
            "week: finance's month-end report, from a spreadsheet. We renamed the table instead and will "
            "drop it after the next month-end.",
            surprised="A search through all our repositories had come back empty, so we had nearly stopped "
            "looking.",
            differently="Rename first, wait for one month-end, then drop.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-migrations",
            topics=("migrations",), changed_course=True, after_hours=2.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Billing ledger", labels=("pricing", "invoice"), points=3,
        summary="Say on the invoice why the price is what it is",
        description='One line under each amount: "12,400 API calls at 0.002 €, tier 2".',
        reporter="camille", assignee="solveig", sprint=3, closed_day=23, closed_hour=16.0,
        answer=Answer(
            learned='One sentence under the amount did more than the redesigned invoice: "why this price?" '
            "tickets fell from 38 to 9 in its first week. The nine left are nearly all about the month in "
            "which a plan changed.",
            surprised="Customers paste the sentence into their own approvals. It has become their evidence.",
            topics=("pricing",), after_hours=18.0,
        ),
    ),
    Story(
        project="FLEX", type="Spike", component="Pricing engine", labels=("spike", "performance"), points=2,
        summary="Could prices be computed at the CDN's edge?",
        description="One day. Measure from six cities, with and without.",
        reporter="joao", assignee="mei", sprint=3, closed_day=21, closed_hour=9.0,
        answer=Answer(
            learned="Not worth it: it saves 38 ms for the 12 % of visitors far from our two regions, and "
            "for up to 60 s after a price change 30 places would show different prices. Serving the page's "
            "pictures from the edge saves 400 ms.",
            topics=("caching",), after_hours=0.5,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Checkout", labels=("accessibility",), points=1,
        summary='Screen readers say "dollar dollar forty"',
        description="The sign and the hidden label are both read aloud.",
        reporter="omar", assignee="solveig", sprint=3, closed_day=21, closed_hour=11.0,
        answer=Answer(
            learned="all our automatic checks were green, and ten minutes of listening found this & two "
            "more. a formatted price should be one text node, not three spans",
            topics=("testing",), road=Road.REPLY, after_hours=0.3,
        ),
    ),
    Story(
        project="FLEX", type="Task", component="Billing ledger", labels=("ledger", "backup"), points=3,
        summary="Rehearse restoring the ledger from last night's backup",
        description="We promise one hour. Nobody has tried since the table was split by month.",
        reporter="ana", assignee="joao", sprint=3, closed_day=24, closed_hour=16.5,
        answer=Answer(
            learned="The restore took 3 h 50 min against the hour we promise, and two of those hours were "
            "building indexes one after another. With the newest two months first, invoices could go out "
            "again after 35 minutes.",
            surprised="Splitting the table by month, done for speed, is what makes a partial restore "
            "possible.",
            differently="Promise 35 minutes for the current month and four hours for all of it; rehearse "
            "each quarter.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-restore",
            topics=("incidents", "migrations"), changed_course=True, after_hours=21.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Public API", labels=("api", "sandbox"), points=5,
        summary="A sandbox for the pricing API",
        description="A key without a credit card, three plans, made-up invoices.",
        reporter="omar", assignee="priya", sprint=3, closed_day=25, closed_hour=14.5, closed_by="camille",
        answer=Answer(
            learned="The first 20 developers needed a median of 4 minutes to their first answer; on the "
            "real API it was 31. Nearly all of it came from one thing: the `curl` line on the page already "
            "holds a key that works.",
            surprised="Only 3 of the 20 opened the reference at all. The example is the documentation.",
            differently="Every example in the reference runs as it stands when pasted.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-api-reference",
            topics=("api-docs",), after_hours=1.0,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Public API", labels=("api", "api-docs"), points=1,
        summary="The webhook page names a header that we do not send",
        description="It says `X-Signature`; we send `X-Flex-Signature`.",
        reporter="camille", assignee="mei", sprint=3, closed_day=18, closed_hour=8.0,
        answer=Answer(
            learned="The page was right when written; the header was renamed in review, 20 months ago. 6 "
            "of 10 integrations we looked at skip the signature check, most likely because it never "
            "matched.",
            topics=("api-docs",), road=Road.FIELD, after_hours=0.1,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Price experiments", labels=("experiment",), points=3,
        summary="An experiment puts one person into both groups",
        description="Laptop and phone count as two visitors, each with its own group.",
        reporter="camille", assignee="ana", sprint=3, closed_day=25, closed_hour=13.0,
        answer=Answer(
            learned="Groups were drawn per browser, so 4 % of the accounts saw both. We counted FLEX-3 and "
            "FLEX-18 again without them: 5.7 % against 6.1 % and 7.5 % against 6.1 %, so both conclusions "
            "stand.",
            surprised="A few of them wrote to support to ask which of the two prices was real.",
            differently="Draw the group from the account once there is one, and report how many saw both.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-price-tests",
            topics=("discovery",), after_hours=1.0,
        ),
    ),
    Story(
        project="FLEX", type="Task", component="Billing ledger", labels=("feature-flags", "ledger"), points=1,
        summary="Remove the flag `ledger_dual_write`",
        description="Removal date set on the day the flag was made: two weeks after 100 %.",
        reporter="ana", assignee="tunde", sprint=3, closed_day=25, closed_hour=11.0,
        answer=Answer(
            learned="two weeks after 100 % it took 25 minutes, everybody still knew what it did. "
            "new_checkout took two days after 14 months 🎉 the date on the flag did it",
            topics=("feature-flags", "rollout"), road=Road.REPLY, after_hours=0.2,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Pricing engine", labels=("plans",), points=3,
        summary="Let an owner pause a plan for up to three months",
        description="Seasonal teams cancel in autumn and sign up again in spring, with an empty account.",
        reporter="camille", assignee="ana", sprint=3, closed_day=28, closed_hour=15.0,
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("money",), points=2,
        summary="A refund differs from its invoice by one cent",
        description="Only for invoices from before the rounding moved to the invoice line.",
        reporter="camille", assignee="joao", sprint=3, closed_day=25, closed_hour=17.0,
    ),
    Story(
        project="FLEX", type="Task", component="Checkout", labels=("design",), points=1,
        summary="Use the new icons on the plan cards",
        description="Same sizes, same names.",
        reporter="solveig", assignee="solveig", sprint=3, closed_day=22, closed_hour=12.0,
        answer=Answer(learned="", nothing_new=True, after_hours=0.2),
    ),
    Story(
        project="FLEX", type="Bug", component="Onboarding", labels=("trial",), points=1,
        summary="The trial's last day is missing from the reminder mail",
        description='The mail says "your trial ends on ." for accounts made by invitation.',
        reporter="solveig", assignee="priya", sprint=3, closed_day=18, closed_hour=11.0,
    ),
    Story(
        project="FLEX", type="Task", component="Price experiments", labels=("experiment",), points=2,
        summary="Plan the second round of price experiments",
        description="Which two questions are worth five months of new teams?",
        reporter="camille", assignee="camille", sprint=3, closed_day=None,
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("ledger",), points=3,
        summary="A plan changed on the 31st is prorated by the wrong month",
        description="Seen on three accounts. The amounts are right from the second invoice on.",
        reporter="priya", assignee="omar", sprint=3, closed_day=None,
    ),
)

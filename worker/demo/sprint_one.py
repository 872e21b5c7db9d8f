"""Issues of the demo's first sprint (days 0 to 8), the platform team's among them, in order of creation.

Knows only its own issues: FLEX-1 to FLEX-17 and PLAT-1 to PLAT-4. Every event and number is invented.
"""

from worker.demo.story import Answer, Road, Story

SPRINT_ONE: tuple[Story, ...] = (
    Story(
        project="FLEX", type="Epic", component="Pricing engine", labels=("flexible-pricing",),
        summary="Flexible pricing for growing teams",
        description="A team that doubles in a month should not have to talk to sales. Let it pay by seat "
        "or by usage, change its mind, and always know what the next invoice will say.",
        reporter="camille", assignee="camille", sprint=None, closed_day=None,
    ),
    Story(
        project="FLEX", type="Epic", component="Price experiments", labels=("flexible-pricing", "experiment"),
        summary="First round of price experiments",
        description="Three small tests before we fix any price. We assume that people hesitate because of "
        "the amount; what if that is wrong?",
        reporter="camille", assignee="camille", sprint=None, closed_day=28, closed_hour=16.0,
        answer=Answer(
            learned="Of three price tests one was supported, one refuted and one inconclusive, and the "
            "refuted one taught us most: people do not hesitate over the amount, they cannot work out what "
            "it will be.",
            surprised="The test that cost least, two days of layout, is the one that led to the calculator.",
            differently="The second round starts from the calculator, with the number of accounts settled "
            "first.",
            lives_at="{site}/browse/FLEX-49",
            topics=("pricing", "discovery"), after_hours=0.8,
        ),
    ),
    Story(
        project="PLAT", type="Task", component="CI", labels=("ci",), points=3,
        summary="Move the builds to the new runner pool",
        description="The old pool is paid until the end of the quarter. Same jobs, same images, faster "
        "disks.",
        reporter="ana", assignee="priya", sprint=None, closed_day=2, closed_hour=10.5,
        answer=Answer(
            learned="Faster machines made the build slower, from 9 to 12 minutes, because the cache key "
            "contained the runner's host name and the new hosts live for one job. Without the host name it "
            "takes 5 min 40 s.",
            surprised="The old pool had four hosts, so one build in four hit the cache and it looked "
            "healthy.",
            differently="Print the cache hit rate at the end of every build.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-runners",
            topics=("caching", "testing"), after_hours=1.0,
        ),
    ),
    Story(
        project="PLAT", type="Story", component="Observability", labels=("observability",), points=3,
        summary="Alert on lock waits longer than five seconds",
        description="A waiting lock shows up as slow checkout, and checkout is where people look first. "
        "Alert on the lock itself.",
        reporter="tunde", assignee="joao", sprint=None, closed_day=7, closed_hour=13.5,
        answer=Answer(
            learned="five seconds is too long for checkout, its own timeout is 3 s so the alert came after "
            "the customer. 1.5 s would have fired twice in 90 days, both times for something real",
            topics=("observability", "migrations"), road=Road.REPLY, after_hours=0.5,
        ),
    ),
    Story(
        project="PLAT", type="Story", component="Feature flags", labels=("feature-flags",), points=2,
        summary="List flags older than 90 days every Monday",
        description="A message to each team's channel: the flag, its age, who reads it in code, where it "
        "is on.",
        reporter="joao", assignee="ana", sprint=None, closed_day=8, closed_hour=13.0,
        answer=Answer(
            learned="57 of our 131 flags are older than 90 days, and 22 of those are not read by any code "
            "any more: the branch was removed and the flag stayed in the console.",
            surprised="Three of the 22 were switched during incidents this year, and did nothing.",
            topics=("feature-flags",), after_hours=2.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Price experiments", labels=("experiment", "pricing"),
        points=5,
        summary="Show the seat price and the usage price side by side",
        description="Hypothesis: seeing both prices raises the share of visitors who choose a plan from "
        "6.1 % to 7 %. Guardrail: questions to support do not rise. Review on the last day of the sprint.",
        reporter="camille", assignee="solveig", sprint=1, closed_day=8, closed_hour=14.0,
        answer=Answer(
            learned="Refuted. Side by side, 5.8 % chose a plan against 6.1 % with one price, over 11,400 "
            "visits. In 9 of 14 recorded sessions people scrolled between the two prices and then left to "
            "find a calculator.",
            surprised='We expected "too expensive". What we saw was arithmetic: nobody knows their usage '
            "by heart.",
            differently="Watch five sessions before choosing what to test, so that the test is about what "
            "we saw.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-price-tests",
            topics=("pricing", "discovery"), changed_course=True, after_hours=1.5,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Billing ledger", labels=("ledger",), points=8,
        summary="Record usage events in the billing ledger",
        description="One row per event, written once, never changed. The invoice reads only the ledger.",
        reporter="ana", assignee="tunde", sprint=1, closed_day=4, closed_hour=13.5,
        answer=Answer(
            learned="About 0.7 % of usage events arrive more than an hour late, nearly all from mobile "
            "clients that were offline. A bill closed at midnight misses them; six hours of grace catch "
            "99.98 %.",
            surprised="The latest event was 11 days old: a phone that had been in a drawer.",
            differently="Close the bill at 06:00 UTC and put anything later on the next one, with its real "
            "date.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-reconciliation",
            topics=("observability",), after_hours=69.5,
        ),
    ),
    Story(
        project="FLEX", type="Sub-task", component="Billing ledger", labels=("ledger",), points=1,
        summary="Write the ledger's usage table",
        description="Columns as agreed in the parent; `event_id` is unique.",
        reporter="tunde", assignee="tunde", sprint=1, closed_day=1, closed_hour=10.0,
        parent="Record usage events in the billing ledger",
    ),
    Story(
        project="FLEX", type="Task", component="Billing ledger", labels=("ledger", "migrations"), points=3,
        summary="Give every invoice line a price reference",
        description="Add `price_ref` to `invoice_lines` so that an invoice can say which price it used.",
        reporter="tunde", assignee="joao", sprint=1, closed_day=3, closed_hour=16.5,
        answer=Answer(
            learned="`ADD COLUMN … DEFAULT gen_random_uuid()` rewrote all 41 million rows and held the "
            "table for 6 min 20 s, with checkout behind it. A constant default does not rewrite. Adding it "
            "nullable and filling 5,000 rows at a time took 50 minutes and nobody noticed.",
            surprised="Staging has 40,000 rows, so the same statement took a third of a second there.",
            differently="Set `lock_timeout` to 2 s in every migration, so that the migration gives up and "
            "not checkout.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-migrations",
            topics=("migrations", "incidents"), after_hours=20.0,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Pricing engine", labels=("testing", "flaky"), points=2,
        summary="The proration test fails on some evenings",
        description="`test_upgrade_mid_month` failed 14 times last month and passed on every second run.",
        reporter="joao", assignee="ana", sprint=1, closed_day=2, closed_hour=9.0,
        answer=Answer(
            learned='The test took "today" from the machine\'s zone and the invoice took it from UTC, so '
            "it failed between 22:00 and midnight UTC, which is when half the nightly builds get their "
            "turn. A fixed clock ended it; all 14 reruns last month were this one test.",
            topics=("testing",), road=Road.FIELD, after_hours=0.1,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Pricing engine", labels=("money",), points=3,
        summary="Round money once, at the invoice line",
        description="We round at the price, at the proration and at the tax. Finance rounds once and gets "
        "another sum.",
        reporter="camille", assignee="priya", sprint=1, closed_day=3, closed_hour=11.0,
        answer=Answer(
            learned='Finance and we meant different things by "round": they round half up, Python\'s '
            "`round` goes to the even neighbour. On 40-line invoices the two differed by up to 3 cents, in "
            "one invoice out of 19.",
            surprised="A property test found the difference in four seconds; two years of examples had not.",
            differently="Money goes through one `quantize` with the rounding named, and the law is a "
            "property test.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-money",
            topics=("pricing", "testing"), after_hours=1.0,
        ),
    ),
    Story(
        project="FLEX", type="Spike", component="Pricing engine", labels=("spike",), points=2,
        summary="Could the pricing rules live in a rules engine?",
        description="Two days. Take the ten oddest rules we have and write them in the engine.",
        reporter="camille", assignee="ana", sprint=1, closed_day=4, closed_hour=14.5,
        answer=Answer(
            learned="No, they could not: 31 of our 34 rules are one table of tier & region, and the other "
            "three need the account's history, which the engine cannot see. The table and 120 lines of "
            "code did all 34 within the two days.",
            surprised="Writing the rules out as a table showed that two of them had contradicted each "
            "other since 2022.",
            topics=("discovery",), changed_course=True, after_hours=0.5,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("incident",), points=5,
        summary="A retried webhook creates a second invoice",
        description="The payment provider retries after 10 s. Some customers get two invoices for one "
        "payment.",
        reporter="camille", assignee="omar", sprint=1, closed_day=7, closed_hour=12.0,
        answer=Answer(
            learned="The idempotency key included the time of the request, so every retry counted as a new "
            "payment: 212 second invoices in five months. The provider's own event id was in the payload "
            "all along.",
            surprised='Support had a ready-made reply called "ghost invoice". The knowledge was there, one '
            "channel away.",
            differently="A key is made of what happened, never of when we heard of it. And a weekly look "
            "at the replies support uses most.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-idempotency",
            topics=("incidents", "observability"), after_hours=2.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Onboarding", labels=("wording",), points=2,
        summary='Explain "usage unit" at sign-up',
        description="A tooltip, an example and a link. Hallway test with eight people before it ships.",
        reporter="camille", assignee="solveig", sprint=1, closed_day=7, closed_hour=15.5,
        answer=Answer(
            learned='nobody needs the tooltip, they need another word. 7 of 8 people said "API call" '
            'before we asked, so "usage unit" is gone and the tooltip with it 🙂',
            topics=("discovery", "pricing"), road=Road.REPLY, after_hours=0.7,
        ),
    ),
    Story(
        project="FLEX", type="Task", component="Checkout", labels=("feature-flags",), points=1,
        summary="Remove the flag `new_checkout`",
        description="It has been on for everybody for 14 months. An hour's work.",
        reporter="ana", assignee="mei", sprint=1, closed_day=7, closed_hour=8.5,
        answer=Answer(
            learned="On for everybody was not quite everybody: 3 of 9 branches still ran the old way for "
            "accounts older than the flag, and one of them left VAT out for 41 accounts. The hour became "
            "two days.",
            surprised="The console said 100 %. It counts the accounts it was asked about, not the accounts "
            "there are.",
            differently="A flag is created together with the issue that removes it, and the Monday list "
            "shows the rest.",
            lives_at="{site}/browse/PLAT-3",
            topics=("feature-flags",), after_hours=23.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Checkout", labels=("performance",), points=3,
        summary="Keep cached prices across deploys",
        description="p95 of checkout is 2.4 s in the minutes after each deploy, while the price cache is "
        "empty. Move it out of the process, so that a deploy does not empty it.",
        reporter="joao", assignee="tunde", sprint=1, closed_day=8, closed_hour=15.0,
        answer=Answer(
            learned="The cache hid a bug: the price was looked up once per cart line, so it was 90 ms warm "
            "and 2.4 s cold. One query for the whole cart takes 110 ms cold, and we took the cache out "
            "again.",
            surprised="The slow path had been there for a year; only the deploys showed it.",
            differently="Before adding a cache, count the queries of one request with the cache off.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-caching",
            topics=("caching", "observability"), changed_course=True, after_hours=1.2,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Billing ledger", labels=("support",), points=3,
        summary="Let support preview a customer's next invoice",
        description="A read-only page, only for support, as a stopgap until customers can see it "
        "themselves.",
        reporter="camille", assignee="joao", sprint=1, closed_day=8, closed_hour=16.0,
        answer=Answer(
            learned="The stopgap was the feature. Support opened the preview 63 times in its first week, "
            "and billing questions passed on to engineering went from 11 a week to 2.",
            surprised="In 40 of the 63 the customer was on the phone, reading along. They want the same "
            "page.",
            differently="Show customers this page instead of designing another one.",
            topics=("discovery",), changed_course=True, after_hours=22.0,
        ),
    ),
    Story(
        project="FLEX", type="Task", component="Public API", labels=("sdk",), points=1,
        summary="Update the SDK samples for the new price fields",
        description="Python, Go and TypeScript. Samples only, no release.",
        reporter="omar", assignee="mei", sprint=1, closed_day=4, closed_hour=8.0,
        answer=Answer(learned="", nothing_new=True, after_hours=0.2),
    ),
    Story(
        project="FLEX", type="Bug", component="Onboarding", labels=("trial",), points=1,
        summary="Trial accounts see the banner for paying customers",
        description="For about a minute after sign-up, until the plan is written.",
        reporter="solveig", assignee="priya", sprint=1, closed_day=3, closed_hour=9.5,
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("security",), points=3, private=True,
        summary="Invoice links still open after an account is closed",
        description="A signed link to an invoice works for 30 days whatever happens to the account.",
        reporter="ana", assignee="omar", sprint=1, closed_day=8, closed_hour=9.0,
        answer=Answer(
            learned="A signed link proves that we once made it, not that the reader may still see the "
            "page. Checking the account on each open costs 2 ms, which is what the signature was meant to "
            "save.",
            differently="Every signed link is checked against the state of what it opens.",
            topics=("incidents",), after_hours=3.0,
        ),
    ),
    Story(
        project="PLAT", type="Task", component="Gateway", labels=("dependencies",), points=1,
        summary="Bump the HTTP client to 4.2",
        description="Opened and merged by the weekly dependency run.",
        reporter="ana", assignee="omar", sprint=None, closed_day=8, closed_hour=7.2, closed_by="automation",
        answer=Answer(
            learned="4.2 waits 30 s by default where 4.1 waited for ever, and that showed two calls that "
            "need longer: `/exports` took 44 s at its median. Both now name their own timeout.",
            surprised="The test suite passed, because its fake answers at once. Nothing there is ever slow.",
            topics=("testing",), after_hours=4.0,
        ),
    ),
)

"""Issues of the demo's second sprint (days 9 to 17), the platform team's among them, in order of creation.

Knows only its own issues: FLEX-18 to FLEX-32 and PLAT-5 to PLAT-7. Every event and number is invented.
"""

from worker.demo.story import Answer, Road, Story

SPRINT_TWO: tuple[Story, ...] = (
    Story(
        project="FLEX", type="Story", component="Price experiments", labels=("experiment", "pricing"),
        points=5,
        summary="A price calculator with three sliders",
        description="Hypothesis: people who can try their own numbers choose a plan more often, 7 % "
        "against 6.1 %. Guardrail: plan changes in the first week stay under 4 %. Review on the last day "
        "of the sprint.",
        reporter="camille", assignee="solveig", sprint=2, closed_day=17, closed_hour=14.0,
        answer=Answer(
            learned="Supported. With the calculator 7.4 % chose a plan against 6.1 % without, over 12,900 "
            "visits, and plan changes in the first week stayed at 3.1 %. Only the slider for API calls "
            "matters; 8 % touched the others.",
            surprised="People set the slider to next year's number, not to today's, and chose the plan for "
            "that.",
            differently="Ship it with one slider, and ask for next year's number outright.",
            topics=("pricing",), after_hours=2.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Billing ledger", labels=("ledger", "rollout"), points=8,
        summary="Roll the new ledger out, 5 % of accounts first",
        description="5 %, 25 %, 100 %. The reconciliation report compares the old and the new ledger every "
        "hour.",
        reporter="ana", assignee="tunde", sprint=2, closed_day=10, closed_hour=15.5,
        answer=Answer(
            learned="The rollout left no time to notice. 5 % to 100 % took 40 minutes and the "
            "reconciliation report runs once an hour, so the first mismatch, 18 accounts, showed when "
            "everybody was already on.",
            surprised="Every step was green. Each looked at errors, and a wrong balance is not an error.",
            differently="No step before one whole reconciliation report has run on the step before it.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-rollout",
            topics=("rollout", "observability"), changed_course=True, after_hours=17.5,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("incident", "ledger"), points=3,
        summary="18 accounts show a balance that is a day behind",
        description="Found by the reconciliation report after the ledger's rollout. No invoice has gone "
        "out yet.",
        reporter="tunde", assignee="joao", sprint=2, closed_day=11, closed_hour=14.0,
        reopened_day=14, closed_again_day=16,
        answer=Answer(
            learned="We corrected the 18 balances before we knew the cause, and over the weekend 11 of "
            "them drifted back. The job read from a replica that lags up to 40 minutes behind during the "
            "nightly vacuum; it reads from the primary now.",
            surprised="The replica's lag had been on a dashboard for months. Nothing asked it a question.",
            differently="A corrected number is closed only after the job that writes it has run twice.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-reconciliation",
            topics=("incidents",), after_hours=3.0,
        ),
    ),
    Story(
        project="PLAT", type="Spike", component="Observability", labels=("tracing",), points=2,
        summary="Follow one request from the price page to the ledger",
        description="Is the trace whole? If not, where does it break?",
        reporter="tunde", assignee="joao", sprint=None, closed_day=16, closed_hour=17.0,
    ),
    Story(
        project="PLAT", type="Task", component="Gateway", labels=("certificates",), points=2,
        summary="Rotate the gateway's certificates without a restart",
        description="Twice a year, and each time it costs an evening.",
        reporter="ana", assignee="tunde", sprint=None, closed_day=15, closed_hour=9.0,
        answer=Answer(learned="", nothing_new=True, after_hours=0.3),
    ),
    Story(
        project="PLAT", type="Bug", component="Gateway", labels=(), points=1, resolution="Cannot Reproduce",
        summary="The gateway drops one request in a million",
        description="Seen twice in a load test, never in production, not since the client was bumped.",
        reporter="joao", assignee="ana", sprint=None, closed_day=10, closed_hour=10.0,
    ),
    Story(
        project="FLEX", type="Task", component="Billing ledger", labels=("ledger", "migrations"), points=5,
        summary="Split the ledger table by month",
        description="180 million rows, growing by 9 million a month. Without a maintenance window if we "
        "can.",
        reporter="tunde", assignee="priya", sprint=2, closed_day=15, closed_hour=12.0,
        answer=Answer(
            learned="Better than hoped: splitting 180 million rows took 4 h 10 min in the middle of a "
            "working day, and the longest anyone waited for a lock was 0.8 s. Two rehearsals on a restored "
            "copy made the difference; the first one found two foreign keys that would have stopped us "
            "half-way.",
            surprised="The monthly report went from 95 s to 7 s, which nobody had asked for.",
            differently="Rehearse on a restored copy whenever a table has more than ten million rows.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-migrations",
            topics=("migrations",), after_hours=21.0,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Public API", labels=("support", "api"), points=3,
        summary="The API returns the wrong tier for 23 customers",
        description="23 tickets in two weeks. We plan a second field, `tier_v2`, with the right value.",
        reporter="camille", assignee="mei", sprint=2, closed_day=11, closed_hour=9.0,
        answer=Answer(
            learned="The API was right and its own documentation was not: the example shows `tier` as the "
            "plan you pay for, and it is the plan you are billed at next. All 23 tickets quote that "
            "example. One line fixed it, and `tier_v2` is not needed.",
            surprised="Our own SDK's sample copies the same mistake, so the tickets looked like proof of a "
            "bug.",
            differently="When several tickets agree, read the page they all read before reading the code.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-billing-support",
            topics=("api-docs", "discovery"), changed_course=True, after_hours=1.0,
        ),
    ),
    Story(
        project="FLEX", type="Story", component="Public API", labels=("api",), points=3,
        summary="Describe every price field in the API reference",
        description="One sentence, one example and the unit for each of the 34 fields.",
        reporter="omar", assignee="mei", sprint=2, closed_day=16, closed_hour=8.0,
        answer=Answer(
            learned="Writing the reference from recorded answers instead of from the code found four "
            "fields that we never send and two that we send and never described. A test now compares the "
            "two on every build.",
            surprised="`discount_until` has three meanings, one per country. 寫出來才看得見。",
            differently="A new field needs a recorded answer before it may enter the reference.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-api-reference",
            topics=("api-docs", "testing"), after_hours=1.5,
        ),
    ),
    Story(
        project="FLEX", type="Sub-task", component="Public API", labels=("api",), points=1,
        summary="Record the sandbox's answers",
        description="One recorded answer per endpoint and plan.",
        reporter="mei", assignee="mei", sprint=2, closed_day=14, closed_hour=9.0,
        parent="Describe every price field in the API reference",
    ),
    Story(
        project="FLEX", type="Spike", component="Pricing engine", labels=("spike", "pricing"), points=2,
        summary="Is metering by the second worth it?",
        description="Two large prospects ask for it. Replay last month's events by the second and compare "
        "the bills.",
        reporter="camille", assignee="camille", sprint=2, closed_day=14, closed_hour=16.0,
        answer=Answer(
            learned="no, not now. for 94 % of accounts the bill moves by less than 0.40 € a month and the "
            "ledger would take 60 times the events. the two who asked really want an hourly breakdown, "
            "which we have & don't show",
            topics=("pricing",), road=Road.REPLY, after_hours=0.4,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Checkout", labels=("money", "testing"), points=2,
        summary="Prices in yen show two decimals",
        description="¥1,980.00 on the price page, ¥198,000 in the order summary.",
        reporter="omar", assignee="mei", sprint=2, closed_day=10, closed_hour=7.5,
        answer=Answer(
            learned="Yen has no smaller unit (日元沒有小數), and we divided by 100 in one place and "
            "multiplied by 100 in another, so the wrong sum came back right in every round-trip test. The "
            "number of decimals now comes from the ISO 4217 table; the Kuwaiti dinar, with three, is in "
            "the tests too.",
            topics=("testing",), road=Road.FIELD, after_hours=0.1,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Billing ledger", labels=("incident",), resolution="Duplicate",
        summary="Two invoices for one payment in the same minute",
        description="Same cause as the retried webhook; reported by a customer before the fix went out.",
        reporter="camille", assignee="omar", sprint=2, closed_day=9, closed_hour=8.0,
    ),
    Story(
        project="FLEX", type="Story", component="Pricing engine", labels=("sales",), resolution="Won't Do",
        points=5,
        summary="Let sales type in a price by hand",
        description="For the handful of accounts with a contract of their own. They move to the price "
        "table instead.",
        reporter="camille", assignee="camille", sprint=2, closed_day=14, closed_hour=15.0,
    ),
    Story(
        project="FLEX", type="Bug", component="Pricing engine", labels=("caching", "cdn"), points=2,
        summary="The price page shows yesterday's price after an edit",
        description="Edited at 09:00, still the old price in Brazil in the evening. Purging helps some "
        "visitors.",
        reporter="solveig", assignee="joao", sprint=2, closed_day=15, closed_hour=15.5,
        answer=Answer(
            learned="`Vary: Accept-Language` made 61 copies of the page at the CDN and our purge by "
            "address removed one. Purging by tag clears all of them in about 4 s. We have eleven "
            "languages, so eleven copies would do.",
            topics=("caching",), road=Road.FIELD, after_hours=0.2,
        ),
    ),
    Story(
        project="FLEX", type="Task", component="Pricing engine", labels=("performance",), points=2,
        summary="Load-test the price lookup at ten times today's traffic",
        description="4,200 requests a second for half an hour, on a copy.",
        reporter="ana", assignee="tunde", sprint=2, closed_day=16, closed_hour=11.0,
    ),
    Story(
        project="FLEX", type="Story", component="Onboarding", labels=("translation",), points=3,
        summary="The price page in Arabic and Hebrew",
        description="Texts are translated. Layout from right to left, numbers and ranges checked by "
        "readers.",
        reporter="solveig", assignee="omar", sprint=2, closed_day=17, closed_hour=10.0,
        answer=Answer(
            learned='From right to left a range turns round: "10-20 seats" was read as "20-10". Each range '
            "now sits in a `<bdi>` element. مثال: «من 10 إلى 20 مقعدًا» needs no help at all, because "
            "words carry the order.",
            surprised="The translators had written the ranges in words, and our template turned them back "
            "into digits.",
            differently="Two readers per language look at the running page, not at the list of texts.",
            lives_at="{site}/wiki/spaces/ENG/pages/runbook-translations", after_hours=2.5,
        ),
    ),
    Story(
        project="FLEX", type="Bug", component="Checkout", labels=("coupons",), points=1,
        summary="A coupon in lower case is refused",
        description="`SPRING25` works, `spring25` does not.",
        reporter="camille", assignee="ana", sprint=2, closed_day=11, closed_hour=12.0,
        answer=Answer(learned="", nothing_new=True, after_hours=0.1),
    ),
)

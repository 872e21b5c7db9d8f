"""Labelled sentences that the wording rules are measured on, in the words people write after work.

Half of them are harmless, and most of those are chosen to look like the others: a hard set, not a fair sample of what
teams write. The held-out third was written before the rules and is never used to change them. The sentences are ours,
the people in them are nobody. It knows nothing of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """One sentence: whether it puts a person beside a fault, and the words of its issue that name no person."""

    text: str
    blames: bool
    held_out: bool
    known: tuple[str, ...] = ()


# One sentence a line; after " | " the words of the issue (components, project, labels).
_HELD_OUT_BLAMING = """
Tom forgot to run the migration on staging.
It happened because of Anna, who merged without a second look.
You should have known that the price list was frozen.
Obviously nobody read the runbook.
This was Markus' mistake from the beginning.
The outage is Priya's fault, plain and simple.
A careless change to the tax table cost us the weekend.
What a stupid way to store currencies.
@lena broke the nightly import again.
[~jonas.weber] didn't test the rollback.
you forgot the index, so the page took nine seconds
tom forgot to bump the version
Somebody screwed up the DNS record.
Whose fault is it that the certificate ran out?
The reviewer should have caught the missing null check.
Sheer negligence: the backup had not been restored once.
Ops was too lazy to read the alert.
Jörg did it again: Jörg forgot the umlauts in the export.
If Carla had asked, we would not have shipped the wrong prices.
How could anyone miss a red dashboard for two days?
Peter ignored the warning and deployed on Friday.
We lost a day since Mehmet never updates his tickets.
Blame Kevin for the broken build.
The intern deleted the customer table.
She should have checked the feature flag before lunch.
It's your fault that the sprint goal slipped.
Sofia messed up the merge and did not tell anyone.
*Daniel* caused the incident by restarting the wrong node.
They were too sloppy with the contract tests.
Any junior could have seen that the loop never ends.
Because you didn't write a test, the regression came back.
It was Ivan's job to renew the licence and he forgot.
Honestly, the vendor's consultants are incompetent.
he dropped the ball on the security review
Olga is to blame for the double invoices.
Why did you merge that on a Friday?
Fatima's oversight cost us three customers.
Paul obviously did not understand the requirement.
The developer responsible for this mess left last month.
Nina should've asked before changing the schema.
Only an idiot hard-codes the VAT rate.
Lukas failed to tell support about the downtime.
"""

_HELD_OUT_HARMLESS = """
By default the importer skips empty rows, and we did not expect that.
The job failed to start because the disk was full.
We accidentally deleted the staging bucket; the lifecycle rule had no prefix.
Redis forgot its keys after the restart because persistence was off.
Jenkins ignored the retry setting, so one flaky test stopped the release.
Fault tolerance has to be tested by switching a zone off.
A page fault storm made the database slow for ten minutes.
It was no one's fault: two changes were fine alone and wrong together.
The new filter lets you see unpaid invoices, so you can call the customer first.
The banner said "you forgot to confirm your e-mail", which confused everybody.
May was the month with the most refunds.
Monthly plans need a calculator; customers do not do the sum themselves.
Anna's runbook made the failover boring, in the best way.
Thanks to Ben's question we looked at the time zones early.
git blame showed that the line was twelve years old.
The retro is blameless, and it found three causes.
Lazy loading hid the slow query until the list was scrolled.
We should have measured before choosing the cache size.
Kafka dropped the messages because the retention was one hour.
Postgres 16 broke our query plan; the statistics were stale after the upgrade.
We forgot to warm the cache, and the first hour was slow.
I did not know that the API rounds to cents.
Our assumption that customers want annual plans was wrong.
If you rename a column, the old version must still find it.
Users who forget their password now get in within a minute.
Terraform failed to destroy the network because of Route53.
Because of Christmas the load test ran on half the hardware.
The pricing hypothesis was refuted: nobody chose the middle plan.
Stripe caused the double booking by sending the event twice.
Nobody was asked to review the migration, so nobody did.
We blamed the network first, and it was the clock.
Kubernetes killed the pod while it was still answering.
Load balancer health checks should have a timeout below two seconds.
Müller & Söhne asked for invoices with umlauts; the font had none.
The alert fired on Tuesday and was noticed on Thursday.
Grafana showed it, but no alert was set on that panel.
Falcon forgot the session after each deploy. | Falcon, FLEX
The default fault handler swallowed the stack trace.
Pairing with Sofia made the spike twice as useful.
Searching twice is cheaper than guessing once.
Support told us in March, and we had no place to put it.
Nothing obviously wrong showed up in the logs.
"""

_BLAMING = """
Maria forgot to switch the flag off.
Because Stefan forgot the index, the report timed out.
Chris neglected the alerts all week.
It was Yusuf's fault that prices were rounded down.
This is entirely your fault.
Your mistake cost the customer a day.
The incident happened because of you.
Because of Laura we had to roll back twice.
because of @marco the release slipped
[~anna.k] forgot to close the maintenance window
@tim should have known better.
He should have known that the job runs at midnight.
We were told it was safe; the architect should have known.
Ben should have noticed the spike in errors.
You should have tested this on real data.
The tester should have found this before the release.
She should have asked the payments team first.
Obviously the review was done without reading.
Obviously, you don't deploy on a Friday evening.
The cause was obviously Hannah, not the tool.
This was a careless copy and paste.
The carelessness in the release checklist is hard to believe.
He carelessly removed the lock.
A stupid typo, made by someone who never reads his own code.
It was stupid to trust the cache.
Whoever wrote this is an idiot.
An idiotic design from the old team.
Dumb decision to skip the dry run.
The ops team was negligent.
Gross negligence by the contractor.
They negligently left the port open.
The backend people are lazy and skip tests.
Eric was lazy and copied the old mapping.
It was laziness, nothing else.
Total incompetence in the billing team.
The new guy is clueless about SQL.
Unprofessional behaviour by the supplier's engineers.
It was reckless to deploy without a rollback.
Nadia is to blame.
I blame the frontend developers for the delay.
Everyone blames Viktor for the flaky tests.
Don't blame me, blame Oliver.
Who is to blame for the wrong currency?
Whose fault was the missing consent box?
Whose mistake was it this time?
Rachel screwed up the exchange rates.
he totally screwed up the release branch
Someone messed up the certificates.
You messed up the rollback.
Felipe really dropped the ball here.
The admin botched the upgrade.
Sara's mistake took the shop down for an hour.
It was Henrik's error in the end.
It was my fault, I am so sorry.
Katarzyna's carelessness broke the import.
Jens didn't bother to write tests.
You couldn't be bothered to read the ticket.
Amir never tests on mobile.
Julie always breaks the build.
Tom broke production again.
@petra took down the cluster.
Alexander caused the outage.
The consultant caused this mess.
Simone failed to check the backup.
You failed to inform the customer.
The reviewer ignored the failing test.
Thomas ignored my comment about the lock.
Wei overlooked the second time zone.
You overlooked the obvious.
Robert missed the deadline and told nobody.
If Ingrid had tested it, we would have seen this.
If you had asked me, this would not have happened.
If only Piotr had read the specification.
Why didn't you write this down?
Why did Emma skip the staging run?
How could you miss this?
How could he not see the alert?
Any idiot can see that the retry loops.
A child could see that this does not scale.
It was Diana's responsibility to rotate the key.
It was his job to watch the queue.
Michael is responsible for the outage.
The person responsible for this bug never tested it.
Jürgen forgot the daylight saving switch.
Zoë forgot to update the fixture.
wegen Peter: Peter forgot the deploy key
*Klaus* forgot the {{WHERE}} clause.
_Sandra_ should have told us.
Marta accidentally deleted the production index because she was not paying attention.
anna forgot the feature flag
you broke the pipeline
you never answer reviews
Once again Dmitri did not follow the process.
As usual, Carlos did not update the ticket.
"""

_HARMLESS = """
The default time zone is UTC, and the report assumed Berlin.
The default was never changed after the pilot.
Default values hide missing data.
The importer failed to parse dates with dots.
Two of nine tests failed to start on the new runner.
The payment provider failed to answer within its own limit.
We accidentally sent the mail twice.
A key was accidentally committed, and the scanner found it within a minute.
The cache was accidentally shared between two tenants.
Jenkins forgot the environment after the upgrade.
Redis failed to save because the disk was read-only.
Kafka forgot the offsets when the group was renamed.
Jira ignored the field because it was not on the screen.
Elasticsearch dropped the index template.
Prometheus missed two scrapes during the restart.
Confluence broke the layout when the macro was nested.
Docker forgot the build cache.
GitLab failed to trigger the pipeline for tags.
PostgreSQL ignored the index because of the function call.
The Falcon service forgot the tokens. | Falcon
Billing forgot the second address line. | Billing
Atlas broke when the token was rotated. | Atlas, FLEX
Because of Phoenix the numbers moved by one day. | Phoenix
Fault tolerance is a feature that has to be exercised.
Fault injection found what reading the code did not.
The page fault rate doubled after the kernel upgrade.
A segmentation fault in the image library took the worker down.
It was nobody's fault; the two limits were set years apart.
This was not anybody's fault.
No one's fault: the documentation contradicted itself.
There is nobody to blame; the system allowed it.
The cache is to blame for the stale prices, not the database.
We looked for causes, not for someone to blame.
A blameless review takes an hour and saves a quarter.
The blame view shows who to ask about a line.
git blame helped us to find the original ticket.
The list now shows the total, so you can see what is missing.
You can filter by customer, which nobody knew.
When you open the form twice, the second one wins.
If you forgot your password, the link is below the button.
If you missed the window, the job runs again an hour later.
Once you deleted the draft, it could not be restored.
The message "You failed to log in" sounded like an accusation.
The page said 'you broke the limit' and people called support.
{quote}Tom forgot it{quote} is how we used to write; the new template asks differently.
The error text {{you should have known}} came from a library.
On Monday the queue was empty, on Tuesday it was not.
December was slow because of Christmas.
Because of Black Friday we froze changes for a week.
April and May look alike in the report; the colours did not help.
In March the exchange rates changed twice.
Monday forgot nothing, Friday did: weekend jobs run on another host.
Customers forgot the trial date, so a reminder three days before helps.
Users who forgot their password wrote to support first.
People missed the banner because it looked like an advertisement.
Customers ignored the third plan.
Visitors broke off at the address form.
We forgot to tell support about the change.
We should have asked two customers before building it.
We missed the second time zone in the estimate.
We broke the import with a harmless rename.
We ignored the warning because there were two hundred of them.
I forgot the index, and the check list now has a line for it.
I should have asked earlier how the rounding works.
I missed the alert; it was one of forty that night.
I broke the build, and it told me within a minute what was wrong.
Our mistake was to test with three rows.
Our assumption was wrong: annual plans do not reduce churn.
Everybody assumed that somebody else had the backup.
Nobody noticed for a week because there was no alert.
Someone has to own the certificate, and now a calendar does.
The team noticed it in the daily and changed the plan.
Reviewers see two hundred lines a day; smaller changes were read better.
Developers should have a copy of production's shape, not of its data.
Testers found it in ten minutes with a real phone.
The reviewer asked about the lock, and that saved the release.
The on-call engineer restarted the node within five minutes.
Anna asked why we poll at all, and we stopped polling.
Ben noticed the drift first.
Tom and Maria wrote the runbook during the incident.
Because of Anna's runbook we were back in nine minutes.
Because of Ben's question we measured first.
Thanks to Yusuf we know how the bank rounds.
Pairing with Sara showed us the second cause.
Peter from the bank told us about the holiday calendar.
Lazy evaluation kept the whole file in memory.
Lazily loaded images shift the layout.
The lazy singleton was created twice under load.
A dumb pipe with smart ends was easier to operate.
Keep it stupid simple: one table, one index.
The dummy account had more rights than a real one.
Nothing was obviously broken, and that is why it took two days.
It is not obvious that the limit counts bytes.
The obvious fix made it worse.
"""

_MORE_HARMLESS = """
Careful rollout beats careful planning.
Negligible differences in latency, so we kept the simpler one.
It should have been an integer; the API sends text.
The timeout should have been ten seconds, it was ten minutes.
The test should have failed and did not.
The alert should have told us a day earlier.
A retry should have a limit and a pause.
Hypothesis refuted: monthly plans do not lower churn.
The guardrail stopped the experiment on day three, as it should.
Refunds doubled after the e-mail, so we stopped it.
"""


def _read(block: str, *, blames: bool, held_out: bool) -> Iterator[Example]:
    for line in block.strip().splitlines():
        text, _, known = line.partition(" | ")
        yield Example(text, blames, held_out, tuple(word for word in known.split(", ") if word))


EXAMPLES: tuple[Example, ...] = (
    *_read(_HELD_OUT_BLAMING, blames=True, held_out=True),
    *_read(_HELD_OUT_HARMLESS, blames=False, held_out=True),
    *_read(_BLAMING, blames=True, held_out=False),
    *_read(_HARMLESS, blames=False, held_out=False),
    *_read(_MORE_HARMLESS, blames=False, held_out=False),
)

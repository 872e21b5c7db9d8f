"""The demo's month holds together: whoever plays it can trust its people, days, links and answers."""

from collections import Counter

from worker.demo.stories import PEOPLE, PROJECTS, RUNBOOKS, SPRINTS, STORIES, Answer, Road, Story, reply_text

HANDLES = {person.handle for person in PEOPLE}
SPRINT = {sprint.number: sprint for sprint in SPRINTS}
NEVER_ASKED = {"Won't Do", "Duplicate", "Cannot Reproduce"}


def keys() -> dict[str, Story]:
    """Every story by its key, counted per project in order of creation."""
    count: Counter[str] = Counter()
    named = {}
    for story in STORIES:
        count[story.project] += 1
        named[f"{story.project}-{count[story.project]}"] = story
    return named


def answers() -> list[tuple[Story, Answer]]:
    return [(story, story.answer) for story in STORIES if story.answer is not None]


def last_close(story: Story) -> float:
    """Hours from the month's start to the last close; only for closed stories."""
    day = story.closed_day if story.closed_again_day is None else story.closed_again_day
    assert day is not None
    return day * 24 + story.closed_hour


def is_there(target: Story, story: Story) -> bool:
    """Whether `target` was created before `story`, or its sprint had begun when `story` was closed."""
    if target.sprint is not None and SPRINT[target.sprint].start * 24 <= last_close(story):
        return True
    return STORIES.index(target) < STORIES.index(story)


def words(story: Story) -> list[str]:
    answer = story.answer or Answer(learned="")
    return [story.summary, story.description, answer.learned, answer.surprised, answer.differently]


def test_every_person_in_a_story_is_one_of_the_eight() -> None:
    named = {handle for story in STORIES for handle in (story.reporter, story.assignee)}
    closers = {story.closed_by for story in STORIES} - {None, "automation"}
    assert len(PEOPLE) == len(HANDLES) == len({person.email for person in PEOPLE}) == 8
    assert named == HANDLES
    assert closers <= HANDLES


def test_work_is_closed_on_working_days_in_office_hours_and_within_its_sprint() -> None:
    for story in STORIES:
        told = (story.closed_day, story.reopened_day, story.closed_again_day)
        days = [day for day in told if day is not None]
        assert days == sorted(set(days)), story.summary
        assert all(0 <= day <= 29 and day % 7 < 5 for day in days), story.summary
        assert 7 <= story.closed_hour <= 17, story.summary
        if story.sprint is not None:
            sprint = SPRINT[story.sprint]
            assert all(sprint.start <= day <= sprint.end for day in days), story.summary


def test_keys_count_up_with_the_sprints_and_a_parent_comes_before_its_sub_tasks() -> None:
    seen: set[str] = set()
    sprints = [story.sprint for story in STORIES if story.sprint is not None]
    assert sprints == sorted(sprints)
    for story in STORIES:
        assert story.project in PROJECTS
        assert story.summary not in seen, "a summary names one story"
        assert (story.type == "Sub-task") == (story.parent is not None), story.summary
        assert story.parent is None or story.parent in seen, story.summary
        seen.add(story.summary)


def test_only_a_close_that_is_asked_about_is_answered_and_before_the_month_ends() -> None:
    for story, answer in answers():
        assert story.closed_day is not None, story.summary
        assert story.resolution not in NEVER_ASKED, story.summary
        assert story.type != "Sub-task", story.summary
        answered = last_close(story) + answer.after_hours
        assert last_close(story) < answered < 30 * 24, story.summary
        assert int(answered // 24) % 7 < 5, story.summary


def test_an_answer_holds_what_its_road_can_carry() -> None:
    for story, answer in answers():
        more = (answer.surprised, answer.differently, answer.lives_at, answer.changed_course)
        assert answer.nothing_new == (answer.learned == ""), story.summary
        if answer.nothing_new or answer.road is not Road.FORM:
            assert not any(more), story.summary
        if answer.nothing_new:
            assert answer.topics == (), story.summary
        if answer.road is Road.FIELD:
            assert set(answer.topics) <= set(story.labels), story.summary


def test_a_promise_lives_on_a_page_or_in_an_issue_that_is_there_by_then() -> None:
    promised = [(story, answer) for story, answer in answers() if answer.lives_at]
    for story, answer in promised:
        assert answer.differently, story.summary
        start, _, name = answer.lives_at.format(site="https://site.example").rpartition("/")
        if start == "https://site.example/browse":
            assert is_there(keys()[name], story), story.summary
        else:
            assert start == "https://site.example/wiki/spaces/ENG/pages", story.summary
            assert name in RUNBOOKS, story.summary


def test_the_month_holds_every_kind_of_ending() -> None:
    real = [(story, answer) for story, answer in answers() if not answer.nothing_new]
    topics = Counter(topic for _, answer in real for topic in answer.topics)
    silent = [s for s in STORIES if s.closed_day is not None and not s.answer and s.type != "Sub-task"]
    waiting = [s for s in silent if s.resolution == "Done" and last_close(s) >= 24 * 24]
    assert 38 <= len(real) <= 44
    assert len(answers()) - len(real) == 4
    roads = Counter(answer.road for _, answer in real)
    assert (roads[Road.REPLY], roads[Road.FIELD]) == (7, 4)
    assert len(topics) == 10
    assert all(3 <= count <= 8 for count in topics.values()), topics
    assert sum(answer.changed_course for _, answer in real) == 9
    assert {story.resolution for story in STORIES} == {"Done", *NEVER_ASKED}
    assert 2 <= len(waiting) <= 3
    assert sum(story.private for story, _ in real) == 1
    assert sum(story.closed_again_day is not None for story in STORIES) == 1
    assert sum(story.closed_by == "automation" for story in STORIES) == 1


def test_words_hold_no_placeholder_and_a_reply_reads_as_typed() -> None:
    assert not [text for story in STORIES for text in words(story) if "{" in text or "}" in text]
    reply = Answer("ranges turn round", topics=("testing", "api-docs"), road=Road.REPLY)
    assert reply_text(reply) == "learned: ranges turn round #testing #api-docs"


def test_the_month_holds_every_part_of_the_loop() -> None:
    trials = [story.trial for story in STORIES if story.trial]
    assert {one.outcome for one in trials} == {"supported", "refuted", "inconclusive", ""}
    assert {one.decision for one in trials} == {"keep", "change course", "stop", ""}
    promised = [answer for _, answer in answers() if answer.promised]
    assert {answer.promise_done_day is None for answer in promised} == {True, False}
    assert all(answer.differently for answer in promised)
    assert sum(answer.team_only for _, answer in answers()) == 1
    assert sum(bool(answer.thanked_for) for _, answer in answers()) == 1
    assert sum(bool(story.hoped) for story in STORIES) == 2
    assert all(sprint.hopes for sprint in SPRINTS)

"""Issues over REST: fields in two dialects, the workflow, changelogs, who may see what, mails, limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Film

DOC: dict[str, Any] = {
    "type": "doc",
    "version": 1,
    "content": [
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "Ask "},
                {"type": "text", "text": "first", "marks": [{"type": "strong"}]},
            ],
        }
    ],
}


def doc(text: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def test_nobody_gets_in_without_a_token(film: Film) -> None:
    film.as_bot.session.auth = None
    assert film.as_bot("GET", "/rest/api/3/myself").status_code == 401
    assert film.as_bot("GET", "/wiki/api/v2/spaces").status_code == 401


def test_a_token_opens_only_with_its_own_email_or_as_bearer(film: Film) -> None:
    film.as_bot.session.auth = ("ana@example.org", "bot-token")
    assert film.as_bot("GET", "/rest/api/3/myself").status_code == 401
    film.as_bot.session.auth = None
    bearer = {"Authorization": "Bearer bot-token"}
    assert film.as_bot.json("GET", "/rest/api/3/myself", headers=bearer)["accountId"] == film.bot


def test_an_expired_token_is_a_401(film: Film) -> None:
    film.site.remove_token("LearnLoop")
    assert film.as_bot("GET", "/rest/api/3/myself").status_code == 401


def test_a_text_field_is_a_document_in_v3_and_wiki_text_in_v2(film: Film) -> None:
    field = film.site.add_field("What we learned", kind="textarea")
    assert field == "customfield_10050"
    key = film.issue()
    film.as_bot("PUT", f"/rest/api/3/issue/{key}", json={"fields": {field: DOC}})
    assert film.as_bot.json("GET", f"/rest/api/3/issue/{key}")["fields"][field] == DOC
    assert film.as_bot.json("GET", f"/rest/api/2/issue/{key}")["fields"][field] == "Ask *first*"


@pytest.mark.parametrize(
    ("api", "value", "sentence"),
    [
        ("3", "plain", "Atlassian Document"),
        ("3", {"type": "doc", "version": 1, "content": [{"type": "nonsense"}]}, "unknown node nonsense"),
        ("2", DOC, "must be a string"),
        ("3", doc("x" * 32_768), "32767"),
    ],
)
def test_a_text_in_the_wrong_dialect_is_refused_with_the_field_named(
    film: Film, api: str, value: Any, sentence: str
) -> None:
    field, key = film.site.add_field("What we learned", kind="textarea"), film.issue()
    answer = film.as_bot("PUT", f"/rest/api/{api}/issue/{key}", json={"fields": {field: value}})
    assert answer.status_code == 400
    assert sentence in answer.json()["errors"][field]


def test_a_transition_sets_a_resolution_and_writes_the_changelog(film: Film) -> None:
    key = film.issue()
    moves = film.as_ana.json("GET", f"/rest/api/3/issue/{key}/transitions")["transitions"]
    done = next(move for move in moves if move["name"] == "Done")
    asked = {"transition": {"id": done["id"]}, "fields": {"resolution": {"name": "Won't Do"}}}
    assert film.as_ana("POST", f"/rest/api/3/issue/{key}/transitions", json=asked).status_code == 204
    issue = film.as_ana.json("GET", f"/rest/api/3/issue/{key}?expand=changelog")
    assert issue["fields"]["status"]["statusCategory"]["key"] == "done"
    assert issue["fields"]["resolution"]["name"] == "Won't Do"
    items = issue["changelog"]["histories"][0]["items"]
    told = {item["fieldId"]: (item["from"], item["fromString"], item["toString"]) for item in items}
    assert told == {"resolution": (None, None, "Won't Do"), "status": ("10000", "To Do", "Done")}


def test_reopening_clears_the_resolution(film: Film) -> None:
    key = film.issue()
    film.site.transition(key, "Done", by=film.ana)
    film.site.transition(key, "In Progress", by=film.ana)
    fields = film.as_ana.json("GET", f"/rest/api/3/issue/{key}")["fields"]
    assert (fields["resolution"], fields["resolutiondate"]) == (None, None)


def test_changing_nothing_writes_no_changelog(film: Film) -> None:
    key = film.issue(labels=["a"])
    film.as_bot("PUT", f"/rest/api/3/issue/{key}", json={"fields": {"labels": ["a"]}})
    assert film.as_bot.json("GET", f"/rest/api/3/issue/{key}/changelog")["total"] == 0


def test_an_issue_tells_its_newest_hundred_changes(film: Film) -> None:
    key = film.issue()
    for number in range(101):
        film.site.edit_issue(key, {"summary": f"Title {number}"}, by="Ana Sousa")
    told = film.as_bot.json("GET", f"/rest/api/3/issue/{key}", params={"expand": "changelog"})["changelog"]["histories"]
    assert (len(told), told[0]["items"][0]["toString"], told[-1]["items"][0]["toString"]) == (
        100,
        "Title 100",
        "Title 1",
    )


def test_an_issue_tells_the_time_of_its_work_and_the_release_of_the_versions_it_affects(film: Film) -> None:
    film.site.release_version(film.site.add_version("FLEX", "2.1"))
    values = {"versions": ["2.1"], "timeoriginalestimate": 14400, "timespent": 36000}
    key = film.site.create_issue("FLEX", "Bug", "Off by a cent", reporter="Ana Sousa", fields=values)
    fields = film.as_bot.json("GET", f"/rest/api/3/issue/{key}")["fields"]
    (version,) = fields["versions"]
    assert (version["name"], version["released"], version["releaseDate"]) == (
        "2.1",
        True,
        f"{film.site.world.now():%Y-%m-%d}",
    )
    assert (fields["timeoriginalestimate"], fields["timespent"]) == (14400, 36000)
    refused = film.as_bot("PUT", f"/rest/api/3/issue/{key}", json={"fields": {"timespent": 7200}})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["timespent"])


def test_labels_are_added_and_removed_by_update(film: Film) -> None:
    key = film.issue(labels=["a", "b"])
    update = {"labels": [{"add": "c"}, {"remove": "a"}]}
    assert film.as_bot("PUT", f"/rest/api/3/issue/{key}", json={"update": update}).status_code == 204
    assert film.site.issue(key).labels == ["b", "c"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"labels": ["two words"]}, "labels"),
        ({"components": [{"name": "Nope"}]}, "components"),
        ({"nope": 1}, "nope"),
    ],
)
def test_a_field_that_is_refused_is_named(film: Film, fields: dict[str, Any], wrong: str) -> None:
    answer = film.as_bot("PUT", f"/rest/api/3/issue/{film.issue()}", json={"fields": fields})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong])


def test_an_issue_with_a_security_level_is_absent_for_those_not_admitted(film: Film) -> None:
    key = film.issue()
    film.site.edit_issue(key, {"security": "Private"}, by=film.ana)
    assert film.as_bot("GET", f"/rest/api/3/issue/{key}").status_code == 404
    assert film.as_bot("POST", f"/rest/api/3/issue/{key}/comment", json={"body": doc("x")}).status_code == 404
    found = film.as_bot.json("GET", "/rest/api/3/search/jql?jql=project=FLEX")
    assert found["issues"] == []
    assert film.as_ana("GET", f"/rest/api/3/issue/{key}").status_code == 200
    film.site.admit("Private", film.bot)
    assert film.as_bot("GET", f"/rest/api/3/issue/{key}").status_code == 200


def test_a_private_project_is_absent_for_those_who_are_not_members(film: Film) -> None:
    film.site.add_project("SECR", "Secret", private=True, members=[film.ana])
    key = film.site.create_issue("SECR", "Task", "Hush", reporter=film.ana)
    assert film.as_bot("GET", f"/rest/api/3/issue/{key}").status_code == 404
    assert film.as_bot("GET", "/rest/api/3/project/SECR").status_code == 404
    assert film.as_ana("GET", f"/rest/api/3/issue/{key}").status_code == 200


def test_not_notifying_needs_an_administrator_and_is_silently_ignored_otherwise(film: Film) -> None:
    key = film.issue(assignee=film.ole)
    path = f"/rest/api/3/issue/{key}?notifyUsers=false"
    film.site.world.mails.clear()
    assert film.as_bot("PUT", path, json={"fields": {"labels": ["a"]}}).status_code == 204
    assert film.site.mails == []
    assert film.as_ana("PUT", path, json={"fields": {"labels": ["b"]}}).status_code == 204
    assert [(mail.to, mail.reason) for mail in film.site.mails] == [(film.ole, "edited")]
    film.site.make_project_admin("FLEX", film.ana)
    film.as_ana("PUT", path, json={"fields": {"labels": ["c"]}})
    assert len(film.site.mails) == 1


def test_the_twenty_first_write_within_two_seconds_is_refused_with_its_reason(film: Film) -> None:
    key = film.issue()
    path = f"/rest/api/3/issue/{key}/properties/k"
    statuses = [film.as_bot("PUT", path, json=n).status_code for n in range(20)]
    assert statuses == [201] + [200] * 19
    refused = film.as_bot("PUT", path, json=20)
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert film.site.properties(key) == {"k": 19}
    assert film.as_bot("PUT", f"/rest/api/3/issue/{film.issue('Another')}/properties/k", json=1).status_code == 201


def test_an_issue_property_has_at_most_32768_characters(film: Film) -> None:
    path = f"/rest/api/3/issue/{film.issue()}/properties/learnloop"
    assert film.as_bot("PUT", path, json="x" * 32_766).status_code == 201
    assert film.as_bot("PUT", path, json="x" * 32_767).status_code == 400
    assert film.as_bot("DELETE", path).status_code == 204
    assert film.as_bot("GET", path).status_code == 404


def test_a_remote_link_with_the_same_global_id_is_replaced(film: Film) -> None:
    key = film.issue()
    path, link = f"/rest/api/3/issue/{key}/remotelink", {"globalId": "page=1"}
    first = film.as_bot("POST", path, json=link | {"object": {"url": "http://x.example", "title": "One"}})
    second = film.as_bot("POST", path, json=link | {"object": {"url": "http://x.example", "title": "Two"}})
    assert (first.status_code, second.status_code) == (201, 200)
    assert [each.target["title"] for each in film.site.remote_links(key)] == ["Two"]


def test_notify_mails_exactly_the_people_named(film: Film) -> None:
    key = film.issue(assignee=film.ole)
    film.site.world.mails.clear()
    asked = {"subject": "One question", "textBody": "Well?", "to": {"users": [{"accountId": film.ana}]}}
    assert film.as_bot("POST", f"/rest/api/3/issue/{key}/notify", json=asked).status_code == 204
    assert [(mail.to, mail.subject, mail.about) for mail in film.site.mails] == [(film.ana, "One question", key)]
    assert film.as_bot("POST", f"/rest/api/3/issue/{key}/notify", json={"to": {}}).status_code == 400


def test_a_closing_sprint_lets_its_unfinished_issues_go(film: Film) -> None:
    board = film.site.add_board("FLEX", "Board")
    sprint = film.site.add_sprint(board, "Sprint 1")
    film.site.start_sprint(sprint, by=film.ana)
    done, open_ = film.issue("Done", sprint=sprint), film.issue("Open", sprint=sprint)
    film.site.transition(done, "Done", by=film.ana)
    film.site.close_sprint(sprint, by=film.ana)
    found = film.as_bot.json("GET", f"/rest/agile/1.0/sprint/{sprint}/issue?fields=summary")
    assert [issue["key"] for issue in found["issues"]] == [done]
    last = film.as_bot.json("GET", f"/rest/api/3/issue/{open_}/changelog")["values"][-1]["items"][0]
    assert (last["field"], last["fromString"], last["toString"]) == ("Sprint", "Sprint 1", "")


def test_a_kanban_board_has_no_sprints(film: Film) -> None:
    board = film.site.add_board("FLEX", "Flow", kind="kanban")
    assert film.as_bot("GET", f"/rest/agile/1.0/board/{board}/sprint").status_code == 400


def test_permissions_say_what_a_person_may_do(film: Film) -> None:
    path = "/rest/api/3/mypermissions?projectKey=FLEX&permissions=BROWSE_PROJECTS,ADMINISTER,ADMINISTER_PROJECTS"

    def have(client: Any) -> dict[str, bool]:
        found = client.json("GET", path)["permissions"]
        return {key: each["havePermission"] for key, each in found.items()}

    assert have(film.as_bot) == {"BROWSE_PROJECTS": True, "ADMINISTER": True, "ADMINISTER_PROJECTS": True}
    assert have(film.as_ana) == {"BROWSE_PROJECTS": True, "ADMINISTER": False, "ADMINISTER_PROJECTS": False}
    assert film.as_bot("GET", "/rest/api/3/mypermissions").status_code == 400

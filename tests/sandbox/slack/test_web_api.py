"""The Web API: arguments, tokens, scopes, errors, and what was called."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.clock import SettableClock
from sandbox.faults import Answer, Fault, broken_answer, slack_rate_limit
from sandbox.slack import Slack
from tests.sandbox.slack.office import Json, Office, plain

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_sdk_finds_out_whose_token_it_has(office: Office) -> None:
    answer = await office.web.auth_test()
    assert answer["team_id"] == office.acme.id
    assert answer["user_id"] == office.app.bot_user.id
    assert answer["bot_id"] == office.app.bot_id


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-nobody", "invalid_auth")], ids=["none", "unknown"]
)
async def test_a_wrong_token_is_refused(office: Office, token: str, error: str) -> None:
    async with office.session.post(f"{office.slack.api_url}auth.test", data={"token": token}) as answer:
        assert answer.status == 200
        assert await answer.json() == {"ok": False, "error": error}


async def test_the_token_of_a_removed_app_is_revoked(office: Office) -> None:
    office.slack.uninstall_app(office.app)
    assert (await office.refused("auth.test"))["error"] == "token_revoked"


async def test_the_token_is_not_among_the_recorded_arguments(office: Office) -> None:
    url = f"{office.slack.api_url}users.info"
    async with office.session.post(url, data={"token": office.app.bot_token, "user": office.ann.id}) as answer:
        assert (await answer.json())["ok"]
    assert office.slack.calls[-1].args == {"user": office.ann.id}


async def _ways(office: Office, url: str, args: Json) -> list[Json]:
    header = {"Authorization": f"Bearer {office.app.bot_token}"}
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in args.items():
        multipart.add_field(name, value)
    answers = []
    for way in ({"params": args}, {"data": args}, {"json": args}, {"data": multipart}):
        async with office.session.post(url, headers=header, **way) as answer:
            answers.append(await answer.json())
    async with office.session.get(url, headers=header, params=args) as answer:
        answers.append(await answer.json())
    return answers


async def test_arguments_come_by_query_form_json_multipart_and_get(office: Office) -> None:
    answers = await _ways(office, f"{office.slack.api_url}users.info", {"user": office.ann.id})
    assert [answer["user"]["id"] for answer in answers] == [office.ann.id] * 5


async def test_an_unknown_method_says_so(office: Office) -> None:
    assert (await office.refused("chat.shout"))["error"] == "unknown_method"


async def test_a_missing_scope_names_what_is_needed() -> None:
    slack = Slack(SettableClock())
    await slack.serve()
    app = slack.install_app(slack.add_team("Acme", "acme"), scopes=["chat:write", "users:read"])
    async with aiohttp.ClientSession() as session:
        header = {"Authorization": f"Bearer {app.bot_token}"}
        async with session.post(f"{slack.api_url}team.info", headers=header) as answer:
            assert await answer.json() == {
                "ok": False,
                "error": "missing_scope",
                "needed": "team:read",
                "provided": "chat:write,users:read",
            }
            assert answer.headers["X-OAuth-Scopes"] == "chat:write,users:read"
    await slack.aclose()


async def test_an_email_is_shown_only_with_its_scope(office: Office) -> None:
    blind = office.slack.install_app(office.acme, scopes=["users:read"])
    seen = await office.web.users_info(user=office.ann.id)
    unseen = await office.client(blind.bot_token).users_info(user=office.ann.id)
    assert seen["user"]["profile"]["email"] == "ann@acme.example"
    assert "email" not in unseen["user"]["profile"]


async def test_users_info_shows_what_identity_rests_on(office: Office) -> None:
    guest = office.slack.add_user(
        office.acme, "Guy", "Est", email="guy@else.example", single_channel_guest=True, email_confirmed=False
    )
    user = (await office.web.users_info(user=guest.id))["user"]
    facts = ("is_restricted", "is_ultra_restricted", "is_email_confirmed", "is_stranger", "is_admin", "is_bot")
    assert {name: user[name] for name in facts} == {
        "is_restricted": True,
        "is_ultra_restricted": True,
        "is_email_confirmed": False,
        "is_stranger": False,
        "is_admin": False,
        "is_bot": False,
    }
    assert (user["profile"]["first_name"], user["profile"]["last_name"]) == ("Guy", "Est")
    assert (user["team_id"], user["tz"]) == (office.acme.id, "Europe/Berlin")


async def test_a_stranger_is_of_another_team_and_in_no_channel_that_the_app_sees(office: Office) -> None:
    office.slack.share(office.secret, office.globex)
    yan = office.slack.add_user(office.globex, "Yan", email="yan@globex.example")
    office.slack.invite(office.secret, yan)
    shown = [(await office.web.users_info(user=user.id))["user"] for user in (office.zoe, yan)]
    assert [user["is_stranger"] for user in shown] == [False, True]
    assert [user["team_id"] for user in shown] == [office.globex.id] * 2
    office.slack.invite(office.secret, office.app.bot_user)
    assert (await office.web.users_info(user=yan.id))["user"]["is_stranger"] is False


async def test_a_company_may_hide_its_peoples_emails_from_others(office: Office) -> None:
    shy = office.slack.add_user(office.globex, "Yan", email="yan@globex.example", shows_email_outside=False)
    assert (await office.web.users_info(user=office.zoe.id))["user"]["profile"]["email"] == "zoe@globex.example"
    assert "email" not in (await office.web.users_info(user=shy.id))["user"]["profile"]
    theirs = office.client(office.slack.install_app(office.globex).bot_token)
    assert (await theirs.users_info(user=shy.id))["user"]["profile"]["email"] == "yan@globex.example"


async def test_someone_of_a_team_that_shares_nothing_is_not_found(office: Office) -> None:
    far = office.slack.add_user(office.slack.add_team("Far", "far"), "Fay")
    assert (await office.refused("users.info", user=far.id))["error"] == "user_not_found"


async def test_look_up_by_email_stays_in_the_own_team(office: Office) -> None:
    found = await office.web.users_lookupByEmail(email="ANN@acme.example")
    assert found["user"]["id"] == office.ann.id
    refused = await office.refused("users.lookupByEmail", email="zoe@globex.example")
    assert refused["error"] == "users_not_found"


async def test_lists_come_in_pages(office: Office) -> None:
    first = await office.web.conversations_members(channel=office.support.id, limit=3)
    rest = await office.web.conversations_members(
        channel=office.support.id, limit=3, cursor=first["response_metadata"]["next_cursor"]
    )
    assert first["members"] + rest["members"] == [user.id for user in office.support.members]
    assert not rest["response_metadata"]["next_cursor"]


async def test_private_channels_are_unknown_to_those_outside(office: Office) -> None:
    assert (await office.refused("conversations.info", channel=office.secret.id))["error"] == "channel_not_found"
    listed = await office.web.conversations_list(types="public_channel,private_channel")
    assert {channel["name"] for channel in listed["channels"]} == {"support", "lounge", "connect"}


async def test_a_shared_channel_says_so(office: Office) -> None:
    channel = (await office.web.conversations_info(channel=office.connect.id))["channel"]
    assert channel["is_ext_shared"] is True
    assert channel["connected_team_ids"] == [office.globex.id]


async def test_the_direct_message_is_the_same_every_time(office: Office) -> None:
    first = await office.web.conversations_open(users=office.ann.id)
    second = await office.web.conversations_open(users=office.ann.id)
    assert first["channel"]["id"] == second["channel"]["id"]
    assert first["channel"]["id"].startswith("D")


async def test_a_stranger_gets_a_direct_message_too(office: Office) -> None:
    channel = (await office.web.conversations_open(users=office.zoe.id))["channel"]["id"]
    await office.web.chat_postMessage(channel=channel, text="hello Zoe")
    said = await office.web.conversations_history(channel=channel)
    assert [message["text"] for message in said["messages"]] == ["hello Zoe"]


async def test_joining_makes_a_member(office: Office) -> None:
    assert (await office.refused("conversations.history", channel=office.lounge.id))["error"] == "not_in_channel"
    await office.web.conversations_join(channel=office.lounge.id)
    assert (await office.web.conversations_history(channel=office.lounge.id))["messages"] == []


async def test_every_call_is_recorded_with_what_became_of_it(office: Office) -> None:
    await office.web.chat_postMessage(channel=office.support.id, text="a", blocks=[])
    office.clock.move(5)
    await office.refused("chat.postMessage", channel="C0", text="b")
    calls = office.slack.calls_of("chat.postMessage")
    assert [(call.args["text"], call.ok, call.error) for call in calls] == [
        ("a", True, None),
        ("b", False, "channel_not_found"),
    ]
    assert calls[1].at - calls[0].at == 5


async def test_a_planted_answer_stands_in_for_the_method(office: Office) -> None:
    office.faults.plant("chat.postMessage", Fault(answer=slack_rate_limit(7)))
    with pytest.raises(SlackApiError) as caught:
        await office.web.chat_postMessage(channel=office.support.id, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert office.slack.messages(office.support) == []
    assert office.slack.calls[-1].ok is None


async def test_a_planted_page_of_html_is_answered_as_it_is(office: Office) -> None:
    office.faults.plant("auth.test", Fault(answer=Answer(503, "<html>busy</html>", {}, "text/html")))
    async with office.session.get(f"{office.slack.api_url}auth.test") as answer:
        assert (answer.status, await answer.text()) == (503, "<html>busy</html>")


@pytest.mark.parametrize("commit", [True, False])
async def test_a_dropped_connection_may_hide_a_post(office: Office, *, commit: bool) -> None:
    office.faults.plant("chat.postMessage", Fault(drop=True, commit=commit))
    with pytest.raises(aiohttp.ClientConnectionError):
        await office.web.chat_postMessage(channel=office.support.id, text="x")
    assert len(office.slack.messages(office.support)) == int(commit)
    assert office.slack.calls[-1].ok is (True if commit else None)


async def test_a_slow_call_happens_although_nobody_waits_for_it_any_more(office: Office) -> None:
    office.faults.plant("chat.postMessage", Fault(seconds=0.1))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.03):
            await office.post()
    assert office.slack.messages(office.support) == []
    await office.slack.wait_until(lambda: office.slack.messages(office.support))


async def test_an_answer_in_plain_text_may_hide_a_post(office: Office) -> None:
    office.faults.plant("chat.postMessage", Fault(answer=broken_answer(), commit=True))
    with pytest.raises(SlackApiError) as refused:
        await office.post()
    assert refused.value.response.status_code == 500
    assert len(office.slack.messages(office.support)) == 1


async def test_a_held_call_waits_for_its_event(office: Office) -> None:
    release = asyncio.Event()
    office.faults.plant("chat.postMessage", Fault(hold=release))
    post = asyncio.create_task(office.post())
    await office.slack.wait_until(lambda: office.slack.calls)
    assert office.slack.messages(office.support) == []
    release.set()
    assert (await post).text == "hello"


async def test_the_world_can_be_seen_from_outside(office: Office) -> None:
    parent = await office.post("above", metadata={"event_type": "t", "event_payload": {"id": "1"}})
    await office.post("below", thread_ts=parent.ts)
    async with office.session.get(f"{office.slack.base_url}/_/state") as answer:
        state = await answer.json()
    assert [team["name"] for team in state["teams"]] == ["Acme", "Globex"]
    support = next(channel for channel in state["channels"] if channel["name"] == "support")
    (message,) = support["messages"]
    assert (message["text"], message["metadata"]["event_payload"]) == ("above", {"id": "1"})
    assert [reply["text"] for reply in message["replies"]] == ["below"]
    assert state["calls"] == 2


async def test_the_same_seed_makes_the_same_ids() -> None:
    def names(seed: int) -> list[str]:
        slack = Slack(SettableClock(), seed=seed)
        team = slack.add_team("Acme", "acme")
        return [team.id, slack.add_user(team, "Ann").id, slack.add_channel(team, "c").id]

    assert names(1) == names(1)
    assert names(1) != names(2)
    assert [name[0] for name in names(1)] == ["T", "U", "C"]


async def test_missing_and_bad_arguments_are_named(office: Office) -> None:
    refused = await office.refused("users.info")
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]
    assert (await office.refused("users.list", limit="many"))["error"] == "invalid_arguments"
    assert (await office.refused("users.list", cursor="zz"))["error"] == "invalid_cursor"
    bad = await office.refused("conversations.history", channel=office.support.id, oldest="yesterday")
    assert bad["error"] == "invalid_ts_oldest"


async def test_a_home_is_published_and_checked(office: Office) -> None:
    blocks = [{"type": "section", "text": plain("Hi")}]
    home = {"type": "home", "blocks": blocks}
    first = (await office.call("views.publish", user_id=office.ann.id, view=home))["view"]
    shown = office.slack.home(office.app, office.ann)
    assert shown is not None
    assert office.slack.as_text(shown) == "Hi"
    again = await office.call("views.publish", user_id=office.ann.id, view=home, hash=first["hash"])
    assert again["view"]["id"] == first["id"]
    stale = await office.refused("views.publish", user_id=office.ann.id, view=home, hash=first["hash"])
    assert stale["error"] == "hash_conflict"
    bad = await office.refused("views.publish", user_id=office.ann.id, view={**home, "title": plain("T")})
    assert bad["error"] == "invalid_arguments"

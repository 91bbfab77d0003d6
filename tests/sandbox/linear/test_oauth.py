"""OAuth: approving an application, its tokens, and how they end."""

import base64
import hashlib
from typing import Any

import httpx
import pytest

from sandbox.faults import Fault, broken_answer
from sandbox.linear.oauth import OAuthApp
from sandbox.linear.oauth_errors import OAuthError
from tests.sandbox.linear.bench import COMMENT_CREATE, ISSUE_CREATE, Bench
from tests.sandbox.linear.ear import Ear

pytestmark = pytest.mark.asyncio(loop_scope="module")

REDIRECT = "https://bot.example/linear/callback"
VIEWER = "{ viewer { id name email app } }"


def _made(bench: Bench, **more: Any) -> OAuthApp:
    return bench.linear.add_oauth_app(bench.vendor, "Threadline", redirect_uris=[REDIRECT], **more)


async def _tokens(bench: Bench, app: OAuthApp, **form: str) -> httpx.Response:
    sent = {"client_id": app.client_id, "client_secret": app.client_secret, **form}
    return await bench.http.post("/oauth/token", data=sent)


async def _approved(bench: Bench, app: OAuthApp, **more: Any) -> httpx.Response:
    url = httpx.URL(bench.linear.approve(app, bench.ada, REDIRECT, **more))
    return await _tokens(
        bench, app, grant_type="authorization_code", code=url.params["code"], redirect_uri=REDIRECT
    )


async def _refreshed(bench: Bench, app: OAuthApp, token: str) -> httpx.Response:
    return await _tokens(bench, app, grant_type="refresh_token", refresh_token=token)


async def _works(bench: Bench, token: str) -> bool:
    response = await bench.post(VIEWER, authorization=f"Bearer {token}")
    return response.status_code == 200


async def test_client_credentials_have_one_token_that_lives_thirty_days(bench: Bench) -> None:
    app = _made(bench)
    sent = {"grant_type": "client_credentials", "scope": "read,write"}
    first = (await _tokens(bench, app, **sent)).json()
    assert first == {
        "access_token": first["access_token"],
        "token_type": "Bearer",
        "expires_in": 2_591_999,
        "scope": "read write",
    }
    viewer = await bench.data(VIEWER, authorization=f"Bearer {first['access_token']}")
    assert viewer == {
        "id": bench.linear.oauth.app_user(app, bench.vendor).id,
        "name": "Threadline",
        "email": f"{app.client_id}@oauthapp.linear.app",
        "app": True,
    }
    basic = httpx.BasicAuth(app.client_id, app.client_secret)
    second = (await bench.http.post("/oauth/token", data=sent, auth=basic)).json()
    assert not await _works(bench, first["access_token"])
    bench.clock.move(2_591_998)
    assert await _works(bench, second["access_token"])
    bench.clock.move(1)
    error = await bench.error(VIEWER, authorization=f"Bearer {second['access_token']}")
    assert error["extensions"]["code"] == "AUTHENTICATION_ERROR"
    third = (await _tokens(bench, app, **sent)).json()["access_token"]
    bench.linear.oauth.rotate_secret(app)
    assert not await _works(bench, third)


async def test_a_code_gives_a_persons_token_or_the_apps(bench: Bench) -> None:
    app = _made(bench)
    url = httpx.URL(bench.linear.approve(app, bench.ada, REDIRECT, state="s 1"))
    assert (url.host, url.params["state"]) == ("bot.example", "s 1")
    as_ada = (await _approved(bench, app)).json()
    assert (as_ada["expires_in"], as_ada["token_type"]) == (86_399, "Bearer")
    assert (await bench.data(VIEWER, authorization=f"Bearer {as_ada['access_token']}"))["name"] == "Ada"
    as_app = (await _approved(bench, app, actor="app")).json()
    assert (await bench.data(VIEWER, authorization=f"Bearer {as_app['access_token']}"))["app"] is True
    sent = {"input": {"teamId": bench.team.id, "title": "X", "createAsUser": "Grace"}}
    made = await bench.data(ISSUE_CREATE, sent, authorization=f"Bearer {as_app['access_token']}")
    assert made["issue"]["botActor"]["userDisplayName"] == "Grace"
    error = await bench.error(ISSUE_CREATE, sent, authorization=f"Bearer {as_ada['access_token']}")
    assert error["extensions"]["code"] == "FORBIDDEN"
    bench.clock.move(86_399)
    assert not await _works(bench, as_ada["access_token"])


async def test_a_code_is_good_once_and_for_its_address(bench: Bench) -> None:
    app = _made(bench)

    def code() -> str:
        return httpx.URL(bench.linear.approve(app, bench.ada, REDIRECT)).params["code"]

    sent = {"grant_type": "authorization_code", "code": code(), "redirect_uri": REDIRECT}
    assert (await _tokens(bench, app, **sent)).status_code == 200
    elsewhere = {**sent, "code": code(), "redirect_uri": "https://elsewhere.example"}
    stranger = bench.linear.add_oauth_app(bench.vendor, "Stranger", redirect_uris=[REDIRECT])
    late = {**sent, "code": code()}
    for wrong, by in ((sent, app), (elsewhere, app), ({**sent, "code": code()}, stranger)):
        refused = await _tokens(bench, by, **wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    bench.clock.move(601)
    assert (await _tokens(bench, app, **late)).json()["error"] == "invalid_grant"


async def test_pkce(bench: Bench) -> None:
    app = _made(bench)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode()
    for verifier, status in (("verifier", 200), ("guess", 400)):
        url = httpx.URL(bench.linear.approve(app, bench.ada, REDIRECT, code_challenge=challenge))
        sent = {"grant_type": "authorization_code", "code": url.params["code"], "redirect_uri": REDIRECT}
        assert (await _tokens(bench, app, **sent, code_verifier=verifier)).status_code == status


async def test_refresh_tokens_rotate_and_may_be_repeated_for_half_an_hour(bench: Bench) -> None:
    app = _made(bench)
    first = (await _approved(bench, app)).json()
    second = (await _refreshed(bench, app, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await _works(bench, first["access_token"])
    bench.clock.move(1_800)
    again = (await _refreshed(bench, app, first["refresh_token"])).json()
    assert again == {**second, "expires_in": 86_399 - 1_800}
    bench.clock.move(1)
    refused = await _refreshed(bench, app, first["refresh_token"])
    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_grant", "error_description": "Grant not found"}
    assert not await _works(bench, second["access_token"])
    assert (await _refreshed(bench, app, second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_lost_answer_to_a_refresh_can_be_had_again(bench: Bench) -> None:
    app = _made(bench)
    token = (await _approved(bench, app)).json()["refresh_token"]
    bench.linear.faults.plant("oauth/token", Fault(drop=True, commit=True), Fault(answer=broken_answer(503)))
    with pytest.raises(httpx.TransportError):
        await _refreshed(bench, app, token)
    assert (await _refreshed(bench, app, token)).status_code == 503
    assert (await _refreshed(bench, app, token)).status_code == 200
    errors = [one.error for one in bench.linear.oauth_door.requests]
    assert errors == [None, "dropped", "fault:503", None]
    assert bench.linear.oauth_door.requests[1].grant_type == "refresh_token"


async def test_tokens_are_revoked(bench: Bench) -> None:
    app = _made(bench)
    for kind in ("access_token", "refresh_token"):
        tokens = (await _approved(bench, app)).json()
        revoked = await bench.http.post("/oauth/revoke", data={"token": tokens[kind]})
        assert revoked.status_code == 200
        assert not await _works(bench, tokens["access_token"])
        assert (await _refreshed(bench, app, tokens["refresh_token"])).json()["error"] == "invalid_grant"
        assert (await bench.http.post("/oauth/revoke", data={"token": tokens[kind]})).status_code == 400
    assert (await bench.http.post("/oauth/revoke")).status_code == 401
    own = (await _tokens(bench, app, grant_type="client_credentials")).json()["access_token"]
    headers = {"Authorization": f"Bearer {own}"}
    assert (await bench.http.post("/oauth/revoke", headers=headers)).status_code == 200
    assert not await _works(bench, own)


async def test_requests_for_tokens_are_refused(bench: Bench) -> None:
    app = _made(bench, client_credentials=False)
    client = {"client_id": app.client_id, "client_secret": app.client_secret}
    for form, status, error in (
        ({**client, "grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({**client, "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({**client, "client_secret": "guess"}, 401, "invalid_client"),
        ({**client, "client_id": "nobody"}, 401, "invalid_client"),
    ):
        refused = await bench.http.post("/oauth/token", data=form)
        assert (refused.status_code, refused.json()["error"]) == (status, error)
    as_json = await bench.http.post("/oauth/token", json=client)
    assert (as_json.status_code, as_json.json()["error"]) == (400, "invalid_request")


async def test_a_browser_is_sent_back_with_a_code(bench: Bench) -> None:
    app = _made(bench)
    asked = {
        "client_id": app.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "read,write,app:assignable",
        "state": "s1",
        "actor": "app",
    }
    answer = await bench.http.get("/oauth/authorize", params=asked)
    url = httpx.URL(answer.headers["Location"])
    assert (answer.status_code, url.params["state"]) == (302, "s1")
    sent = {"grant_type": "authorization_code", "code": url.params["code"], "redirect_uri": REDIRECT}
    tokens = (await _tokens(bench, app, **sent)).json()
    assert tokens["scope"] == "read write app:assignable"
    bench.linear.oauth_door.denying = True
    denied = httpx.URL((await bench.http.get("/oauth/authorize", params=asked)).headers["Location"])
    assert dict(denied.params) == {"error": "access_denied", "state": "s1"}
    for wrong in (
        {"client_id": "nobody"},
        {"redirect_uri": "https://elsewhere.example"},
        {"response_type": "token"},
        {"scope": "read,admin"},
        {"code_challenge_method": "plain"},
    ):
        assert (await bench.http.get("/oauth/authorize", params={**asked, **wrong})).status_code in {400, 401}
    with pytest.raises(OAuthError, match="invalid_scope"):
        bench.linear.approve(app, bench.ada, REDIRECT, actor="app", scopes=["read", "admin"])


async def test_scopes_are_kept(bench: Bench) -> None:
    app = _made(bench)
    await bench.create()
    sent = {"input": {"issueId": "ENG-1", "body": "Hm"}}
    create = {"input": {"teamId": bench.team.id, "title": "X"}}
    for scopes, comments, issues in (
        (["read"], False, False),
        (["read", "comments:create"], True, False),
        (["read", "write"], True, True),
    ):
        token = (await _approved(bench, app, scopes=scopes)).json()["access_token"]
        for document, variables, allowed in ((COMMENT_CREATE, sent, comments), (ISSUE_CREATE, create, issues)):
            body = (await bench.post(document, variables, authorization=f"Bearer {token}")).json()
            assert ("errors" not in body) is allowed
            assert allowed or body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await _works(bench, token)


async def test_an_apps_webhook_is_made_with_its_approval(bench: Bench, ear: Ear, ear_url: str) -> None:
    app = _made(bench, webhook_url=ear_url)
    for _ in range(2):
        tokens = (await _approved(bench, app, actor="app")).json()
    (webhook,) = (await bench.data("{ webhooks { nodes { url secret } } }"))["nodes"]
    assert webhook == {"url": None, "secret": app.webhook_secret}
    await bench.create()
    await bench.linear.quiet()
    assert ear.heard[0].signed_with(app.webhook_secret)
    bench.linear.uninstall(app, bench.vendor)
    await bench.linear.quiet()
    body = ear.heard[1].json
    assert (body["type"], body["action"], body["oauthClientId"]) == ("OAuthApp", "revoked", app.client_id)
    assert not await _works(bench, tokens["access_token"])
    await bench.create()
    await bench.linear.quiet()
    assert len(ear.heard) == 2

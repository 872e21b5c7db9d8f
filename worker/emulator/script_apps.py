"""The film set's apps: tokens of the API gateway, Connect and Forge apps installed and removed, automation rules.
People may be named by account id, full name or e-mail address. What calls an app over HTTP never holds the site's
lock, so that the app may call back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import requests

from worker.emulator import automation, connect, connect_frames, connect_tokens, forge, forge_events
from worker.emulator.apps_model import AppState, AutomationRule, ConnectInstall, ForgeInstall, GatewayToken, TokenKind
from worker.emulator.errors import ScriptError
from worker.emulator.model import JsonObject
from worker.emulator.world import World


class AppsScript:
    """What a script does with apps. Part of ``Site``."""

    world: World

    def add_scoped_token(self, who: str, token: str, expires_at: datetime | None = None) -> None:
        """Give a person or a service account an API token with scopes.

        It opens the gateway only, as Basic ``email:token`` or Bearer, until ``expires_at`` on the site's clock.
        """
        self._add_token(who, token, TokenKind.SCOPED, expires_at)

    def add_oauth_token(self, who: str, token: str, expires_at: datetime | None = None) -> None:
        """Give a person an OAuth 2.0 access token: it opens the gateway only, as Bearer."""
        self._add_token(who, token, TokenKind.OAUTH, expires_at)

    def _add_token(self, who: str, token: str, kind: TokenKind, expires_at: datetime | None) -> None:
        with self.world.lock:
            self.world.apps.tokens[token] = GatewayToken(self.world.who(who), kind, expires_at)

    def revoke_token(self, token: str) -> None:
        """Take a token of the gateway away; one that is not there is gone already."""
        with self.world.lock:
            self.world.apps.tokens.pop(token, None)

    def add_automation(
        self,
        name: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: str = "empty",
        custom: str = "",
        project: str | None = None,
    ) -> int:
        """Add a rule that sends a web request (POST) when an issue moves, in one project or in all; returns its id.

        ``body`` is empty, automation, jira or custom; ``url`` and ``custom`` may hold smart values: ``{{issue.key}}``.
        """
        with self.world.lock:
            number = self.world.next_id("automation", 1)
            key = self.world.project(project).key if project else None
            rule = AutomationRule(number, name, url, dict(headers or {}), body, custom, key)
            automation.add_rule(self.world, rule)
            return number

    def install_connect(self, descriptor_url: str) -> ConnectInstall:
        """Install a Connect app from the URL of its descriptor and tell it ``installed``, then ``enabled``.

        The installation's ``state`` says whether the app took it; ``answers`` what it answered.
        """
        descriptor = connect.fetched(descriptor_url)
        with self.world.lock:
            install = connect.new_install(self.world, descriptor_url, descriptor)
            held = self.world.apps.connect.get(install.client_key)
            if held and held.state in (AppState.ENABLED, AppState.DISABLED):
                raise ScriptError(f"The app {install.key} is installed already; reinstall it instead.")
        if connect.accepted(connect.told(self.world, install, "installed")):
            self.enable_connect(install)
        else:
            connect.set_state(self.world, install, AppState.REFUSED)
            install.account.active = False
        return install

    def reinstall_connect(self, install: ConnectInstall, base_url: str | None = None) -> bool:
        """Install an app again: same client key, new shared secret, and a new base URL when the site moved.

        Returns whether the app took it; when it did not, everything stays as it was.
        """
        descriptor = connect.fetched(install.descriptor_url)
        wanted = replace(install, descriptor=descriptor, shared_secret=connect.new_secret())
        wanted.base_url = base_url or install.base_url
        if not connect.accepted(connect.told(self.world, wanted, "installed")):
            return False
        with self.world.lock:
            install.descriptor, install.base_url = wanted.descriptor, wanted.base_url
            install.shared_secret, install.account.active = wanted.shared_secret, True
        self.enable_connect(install)
        return True

    def uninstall_connect(self, install: ConnectInstall) -> None:
        """Uninstall an app: it is told ``uninstalled``, hears nothing more and its tokens open nothing."""
        connect.set_state(self.world, install, AppState.UNINSTALLED)
        with self.world.lock:
            install.account.active = False
        connect.told(self.world, install, "uninstalled")

    def enable_connect(self, install: ConnectInstall) -> None:
        """Enable an app and tell it ``enabled``."""
        connect.set_state(self.world, install, AppState.ENABLED)
        connect.told(self.world, install, "enabled")

    def disable_connect(self, install: ConnectInstall) -> None:
        """Disable an app and tell it ``disabled``: it stays installed, hears nothing and may not call."""
        connect.set_state(self.world, install, AppState.DISABLED)
        connect.told(self.world, install, "disabled")

    def connect_url(
        self, install: ConnectInstall, module_key: str, issue_key: str | None = None, account_id: str | None = None
    ) -> str:
        """Return the address of a module's iframe as the site signs it for a person, now."""
        with self.world.lock:
            issue = self.world.issue(issue_key) if issue_key else None
            return connect_frames.frame_url(self.world, install, module_key, issue, self.world.who(account_id))

    def context_token(self, install: ConnectInstall, account_id: str, issue_key: str | None = None) -> str:
        """Return what ``AP.context.getToken`` would give a person who looks at an issue, now."""
        with self.world.lock:
            issue = self.world.issue(issue_key) if issue_key else None
            return connect_tokens.context_token(self.world, install, self.world.who(account_id), issue)

    def install_forge(
        self,
        manifest: JsonObject,
        base_url: str,
        app_id: str,
        *,
        token_life: timedelta = timedelta(hours=1),
        by: str | None = None,
    ) -> ForgeInstall:
        """Install a Forge app from its manifest, as loaded from YAML; ``base_url`` is where its remote is.

        ``app_id`` is the app's ARI, ``token_life`` how long its tokens of the gateway are good.
        """
        forge.check_manifest(manifest)
        with self.world.lock:
            if not self.world.apps.forge_keys:
                forge.new_key(self.world)
            name = str((manifest.get("app") or {}).get("name") or "Forge app")
            account = connect.app_account(self.world, app_id, name)
            queue, number = self.world.next_id("forge queue", 1_000_000), self.world.fresh_uuid()
            made = ForgeInstall(manifest, base_url.rstrip("/"), app_id, number, account, token_life, queue)
            self.world.apps.forge[made.installation_id] = made
            forge_events.tell_app(self.world, made, "avi:forge:installed:app", self.world.who(by))
            return made

    def uninstall_forge(self, install: ForgeInstall) -> None:
        """Uninstall a Forge app: its ``preUninstall`` is called, then its tokens are dead, its triggers silent."""
        forge.say_goodbye(self.world, install)
        with self.world.lock:
            forge.end(self.world, install)

    def reinstall_forge(self, install: ForgeInstall, base_url: str | None = None) -> ForgeInstall:
        """Uninstall, unless that was done, and install again under a new installation id."""
        if install.state is AppState.ENABLED:
            self.uninstall_forge(install)
        where = base_url or install.base_url
        return self.install_forge(install.manifest, where, install.app_id, token_life=install.token_life)

    def rotate_forge_keys(self, drop: bool = False) -> str:
        """Sign with a new key from now on and return its kid.

        The old ones stay in the key set, and leave it when ``drop`` says so.
        """
        with self.world.lock:
            if drop:
                self.world.apps.forge_keys.clear()
            return forge.new_key(self.world)

    def tick_forge(self) -> None:
        """Let every scheduled trigger of every Forge app fire once; ``flush_webhooks`` waits for the calls."""
        with self.world.lock:
            for install in self.world.apps.forge.values():
                if install.state is AppState.ENABLED:
                    forge_events.tick(self.world, install)

    def invoke_remote(
        self, install: ForgeInstall, path: str, body: JsonObject, account_id: str, issue_key: str | None = None
    ) -> requests.Response:
        """Do what ``invokeRemote`` does in an app's page: POST to an endpoint's path as a person, at once.

        With an issue it is the app's issue panel that asks, else its admin page.
        """
        with self.world.lock:
            endpoint, module_key = forge.page_target(install, path, issue_key is not None)
            who, issue = self.world.who(account_id), self.world.issue(issue_key) if issue_key else None
            headers = forge.headers(self.world, install, endpoint, module_key, who, issue)
        return forge.posted(install.base_url + path, headers, body, forge.UI_TIMEOUT)

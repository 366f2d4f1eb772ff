"""The models of the roles main, fast and strong, by the settings and by what is known of each model."""

from picode.errors import PicodeError
from picode.modelnames import scoped
from picode.protocol.routing import Role
from picode.protocol.values import ModelInfo
from picode.providers import routing
from picode.providers.registry import Providers
from picode.providers.traffic import Traffic


class Roles:
    """`seconds(model)`: how long its answers take; 0: nobody knows."""

    def __init__(self, providers: Providers, traffic: Traffic) -> None:
        self._providers, self._traffic = providers, traffic

    def model(self, role: str, main: str, tokens: int = 0) -> str:
        """`provider/model`; the main one where nothing fits. `tokens`: what it has to take. May take a moment."""
        return self.told(role, main, tokens).model

    def told(self, role: str, main: str, tokens: int = 0) -> Role:
        """The model, and why it and not another one."""
        if role == "main":
            why = self._providers.why() if main == self._providers.default() else ""
            return Role(role, self._providers.settings.default.strip(), main, why)
        wish: str = getattr(self._providers.settings.roles, role).strip()
        if not wish:
            return Role(role, "", main, "the main one: nothing else is set")
        if wish not in routing.POLICIES:
            return self._named(role, wish, main)
        rulings = routing.route(wish, self._candidates(), tokens)
        taken = next((ruling for ruling in rulings if ruling.taken), None)
        if taken is None:
            return Role(role, wish, main, "the main one: no other fits", rulings)
        return Role(role, wish, taken.model, taken.why, rulings)

    def _named(self, role: str, wish: str, main: str) -> Role:
        try:
            _, info = self._providers.resolve(wish)
        except PicodeError as error:
            return Role(role, wish, main, f"the main one: {error.message}")
        if not info.usable:
            return Role(role, wish, main, f"the main one: {info.name} cannot be used: {info.why}")
        return Role(role, wish, info.name, f"it is configured as models.roles.{role}")

    def _candidates(self) -> list[routing.Candidate]:
        infos = self._providers.known()
        patterns = self._providers.settings.scoped
        names = [name for name, _ in scoped(patterns, [info.name for info in infos])[0]]
        return [self._candidate(info, not patterns or info.name in names) for info in infos]

    def _candidate(self, info: ModelInfo, in_scope: bool) -> routing.Candidate:
        provider, _, model = info.name.partition("/")
        data = self._providers.catalog.find(provider, model)
        ledger = self._traffic.ledger
        return routing.Candidate(
            info.name, info.usable, info.why, data.input, data.output, self._providers.priced(info.name),
            info.context_window, info.thinks, ledger.seconds(info.name) if ledger else 0,
            self._traffic.why(provider), in_scope,
        )  # fmt: skip

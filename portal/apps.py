from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "People and office"

    def ready(self) -> None:
        from portal import sign_in_history

        assert sign_in_history  # it listens

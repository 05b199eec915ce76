from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "guanxi.platform.jobs.tests.toy"
    label = "toy"

"""Addresses of import, export and print."""

from django.urls import path

urlpatterns: list[path] = []

"""Commands by name: on one record, and on a selection with preview, confirmation and job."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.access import gate
from guanxi.platform.api import rows
from guanxi.platform.api.bodies import MAX_ID, Body, body_of, ids_of, inputs_of, key_of, parameters, version_of, whole
from guanxi.platform.api.descriptions import describe_command
from guanxi.platform.api.errors import BadRequest, answer
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import EntityView
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.command import Command, commands_of
from guanxi.platform.commands.executor import read_inputs, run
from guanxi.platform.commands.jobs import start_selection
from guanxi.platform.commands.models import Selection
from guanxi.platform.entities.query import Query, read_filter

#: These have methods of their own on a record.
BY_METHOD = ("create", "edit", "delete")


def record_commands(entity: Any) -> list[Command]:
    """The commands that are called by name on one record."""
    return [command for command in commands_of(entity) if not command.new and command.name not in BY_METHOD]


def set_commands(entity: Any) -> list[Command]:
    """The commands that are called by name without naming one record: bulk commands, and those that make one."""
    return [
        command
        for command in commands_of(entity)
        if (command.name != "create" if command.new else command.many and not command.on_deleted)
    ]


def _raw_inputs(body: Body) -> Body:
    inputs = body.get("inputs", {})
    if not isinstance(inputs, dict):
        raise BadRequest(inputs=_("“inputs” is an object with the inputs of the command."))
    return inputs


class RecordCommandsView(EntityView):
    """GET: what can be done with the record, and why the rest cannot be done now."""

    def get(self, request: Request, id: int) -> Response:
        parameters(request, ())
        record = gate.get(self.actor, self.entity, id)
        items = []
        for command in record_commands(self.entity):
            if command.on_deleted or not command.permits(self.actor):
                continue
            if not gate.admits(self.actor, self.entity, [id], command.right):
                continue
            described = describe_command(command, command.inputs(self.actor).values())
            items.append({**described, "blocked": command.blocked(record, self.actor)})
        return Response({"items": items})

    def operation(self, method: str, components: Components) -> Operation | None:
        answers = {200: shapes.items_of(components.shared("command"))}
        return Operation("record_commands", _("Commands of a record"), answers=answers, refusals=(404,))


class CommandView(EntityView):
    """A view of one command; ``name`` is the command's."""

    action = ""
    name: str

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.command(self.name).require(self.actor)


class RecordCommandView(CommandView):
    """POST: carry out the command on the record."""

    def post(self, request: Request, id: int) -> Response:
        command, body = self.command(self.name), body_of(request, ("inputs", "version"))
        version = version_of(request, body)
        inputs = inputs_of(_raw_inputs(body), command.inputs(self.actor), self.actor)
        versions = {id: version} if version else None
        outcome = run(command, self.actor, ids=[id], inputs=inputs, versions=versions, key=key_of(request))
        return self.after(outcome, id)

    def operation(self, method: str, components: Components) -> Operation | None:
        command = self.command(self.name)
        if not command.permits(components.actor):
            return None
        body = components.body(components.inputs(self.entity, self.name), "seen")
        answers = {200: components.record(self.entity), 202: components.shared("held")}
        refusals = (404, 409, 422)
        return Operation(
            f"record_{self.name}",
            str(command.label),
            description=str(command.help),
            parameters=(shapes.IF_MATCH,),
            body=body,
            answers=answers,
            refusals=refusals,
        )


class SetCommandView(CommandView):
    """POST: preview the command on a selection, and with ``confirm`` carry it out.

    A preview freezes the rows; sending its ``selection`` with ``confirm`` carries out the command on exactly
    those. Ids or a filter together with ``confirm`` do both at once, unless a rule refuses some of the rows:
    then nothing is done, because nobody has seen yet which rows would be left out.
    """

    def post(self, request: Request) -> Response:
        command = self.command(self.name)
        if command.new:
            return self._make(request, command)
        body = body_of(request, ("ids", "filter", "q", "selection", "inputs", "confirm"))
        confirmed = body.get("confirm", False)
        if not isinstance(confirmed, bool):
            raise BadRequest(confirm=_("“confirm” is true or false."))
        inputs = inputs_of(_raw_inputs(body), command.inputs(self.actor), self.actor)
        if "selection" in body:
            return self._carry_out(self._frozen(command, body, confirmed), inputs, skip=True)
        if confirmed or inputs:
            read_inputs(command, self.actor, inputs)
        preview = self._preview(command, body)
        if not confirmed:
            return Response(self._describe(preview))
        if preview.refused:
            message = _("Some of the records do not allow this. Look at the preview and confirm it.")
            return Response(
                answer("blocked", message, preview=self._describe(preview)), status=status.HTTP_422_UNPROCESSABLE_ENTITY
            )
        return self._carry_out(preview.selection, inputs, skip=False)

    def _make(self, request: Request, command: Command) -> Response:
        inputs = inputs_of(_raw_inputs(body_of(request, ("inputs",))), command.inputs(self.actor), self.actor)
        return self.after(run(command, self.actor, inputs=inputs, key=key_of(request)))

    def _preview(self, command: Command, body: Body) -> selections.Preview:
        ids, tree = ids_of(body), body.get("filter")
        if (ids is None) == ("filter" not in body):
            raise BadRequest(ids=_("Name the records by “ids” or by “filter”, one of the two."))
        text = body.get("q", "")
        if not isinstance(text, str):
            raise BadRequest(q=_("“q” is a text."))
        query = None if ids is not None else Query(filter=read_filter(self.entity, self.actor, tree), text=text)
        return selections.preview(command, self.actor, ids=ids, query=query)

    def _describe(self, preview: selections.Preview) -> dict[str, Any]:
        fields = self.entity.readable(self.actor)
        shown = [fields[key] for key in self.entity.list_columns() if key in fields]
        return {
            "selection": preview.selection.pk,
            "total": preview.total,
            "refused": [{"reason": reason, "count": count} for reason, count in preview.refused.items()],
            "needs_job": preview.needs_job,
            "sample": rows.write(self.entity, shown, preview.sample, self.actor)
            if gate.permits(self.actor, self.entity, "view")
            else [],
        }

    def _frozen(self, command: Command, body: Body, confirmed: bool) -> Selection:
        found = selections.find(whole(body["selection"], "selection", 1, MAX_ID), self.actor)
        if found.command != command.key:
            raise gate.NotFound
        if not confirmed or body.keys() & {"ids", "filter", "q"}:
            raise BadRequest(confirm=_("The rows of a selection are fixed: send it with “inputs” and “confirm” only."))
        return found

    def _carry_out(self, selection: Selection, inputs: Body, *, skip: bool) -> Response:
        selections.confirm(selection, self.actor, inputs, skip=skip)
        if len(selection.rows) > selections.JOB_ABOVE:
            return Response({"job": start_selection(selection, self.actor).pk}, status=status.HTTP_202_ACCEPTED)
        done: list[int] = []
        held: list[int] = []
        left = {str(pk): reason for pk, reason in selection.skipped}
        for chunk in selections.carry_out(selection, self.actor):
            done += chunk.done
            held += [chunk.held] if chunk.held is not None else []
            left |= {str(pk): reason for pk, reason in chunk.left.items()}
        return Response({"batch": str(selection.batch), "done": done, "left": left, "held": held})

    def operation(self, method: str, components: Components) -> Operation | None:
        command = self.command(self.name)
        if not command.permits(components.actor):
            return None
        inputs = components.inputs(self.entity, self.name)
        text = str(command.help)
        if command.new:
            answers = {201: components.record(self.entity), 202: components.shared("held")}
            return Operation(
                self.name,
                str(command.label),
                body=components.body(inputs),
                answers=answers,
                description=text,
            )
        body = components.body(inputs, "selection")
        answers = {
            200: {"oneOf": [components.shared("preview"), components.shared("result")]},
            202: components.shared("job_started"),
        }
        return Operation(
            f"bulk_{self.name}",
            str(command.label),
            body=body,
            answers=answers,
            refusals=(404, 422),
            description=text,
        )

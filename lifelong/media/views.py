"""Media where no front stands before Django: the same plan, the same answers."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from lifelong.media import serving
from lifelong.web.rights import PUBLIC, right

BLOCK = 1 << 18


@right(PUBLIC)
def media(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Public names are meant for everyone; a signed address carries its own right."""
    answer = serving.answer(str(request.method), request.path, request.headers.get)
    response: HttpResponseBase
    if answer.file:
        response = StreamingHttpResponse(stretch(*answer.file), status=answer.status)
    else:
        response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def stretch(path: str, start: int, end: int) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block

"""Is the port free? Asked before serving: granian shares a port with whoever holds it (SO_REUSEPORT), and a forgotten
server would silently take half of the requests."""

import errno
import socket


class PortTaken(Exception):
    """Somebody listens there already."""


class PortForbidden(Exception):
    """This user may not listen there, or the address is not this machine's."""


def check(host: str, port: int) -> None:
    """Raises ``PortTaken`` or ``PortForbidden``."""
    family, kind, proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, proto) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            raise (PortTaken if error.errno == errno.EADDRINUSE else PortForbidden)(str(error)) from error

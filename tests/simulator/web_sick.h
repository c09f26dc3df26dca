// What becomes of a healthy answer when the printer's web server is odd (the rows `web` and
// `web-slow` of oddity.cpp).
//
//    Sicken(odd, request, AnswerWeb(printer, request))
//    DoorOf(odd, printer.boards())
//
// Pure, but for the gzip bomb, which is made once.

#pragma once

#include "tests/simulator/oddity.h"
#include "tests/simulator/web_server.h"

namespace plotmeter::simulator {

// Documents become huge, hostile or garbage; what was no document (404, 405, asleep) stays as it
// is.
//   huge        300 MB, well-formed as far as it comes, sent without being held
//   bomb        100 000 elements or lists within one another
//   laughs      XML: a DTD whose one entity is a thousand million others; JSON stays healthy
//   garbage     octets at random
//   html        a login page, 200 OK
//   truncated   half of what Content-Length promises, then the connection is dropped
//   gzip-bomb   256 MB of blanks in 260 kB, though nobody asked for gzip
//   redirect    302 to another host, which is of this machine too
//   401         to everything below the job queue
//   503         asleep, however awake
//   silent      takes the request and never answers
WebAnswer Sicken(const Oddities& odd, const WebRequest& request, WebAnswer healthy);

// dead, new-certificate, expired and weak; and another certificate with every board.
WebDoor DoorOf(const Oddities& odd, unsigned boards);

}  // namespace plotmeter::simulator

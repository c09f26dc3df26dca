// The file of a profile, collector/channel/profiles/NAME.json. Every claim about a model names its
// source; what nobody has seen is said to be unknown.
//
//    {"title": "HP DesignJet T770",
//     "models": ["designjet t770"],                   words of the model's text (profile.h)
//     "products": ["CH539A"],                         product numbers
//     "channels": {"snmp": {"spoken": "yes", "source": "…"},           yes, no or unknown
//                  "piws": {"spoken": "unknown", "source": "…"}},
//     "believe": {"ink.used": {"order": ["piws", "ledm", "snmp"], "source": "…"}, "*": {…}},
//     "units": {"piws job.area": {"unit": "in2", "source": "…"}},      only where it is confirmed
//     "private_ink": {"colorants": {"1": "cyan"}, "source": "…"},
//     "queue_pause": {"ms": 1000, "source": "…"},     before each request to the job queue
//     "beside_tree": {"paths": ["/LFPWebServices/FibonacciDyn.xml"], "source": "…"},
//                                       documents of LEDM that its discovery tree does not list
//     "unknown": ["whether its web server speaks PIWS"],               for people
//     "notes": [{"note": "…", "source": "…"}]}                         for people
//
// All keys but title, and models or products, may be left out (default.json has neither of these).
// An unknown key is refused with the closest one that is known.

#pragma once

#include <string>
#include <vector>

#include "collector/channel/profile.h"

namespace plotmeter {

struct ProfileFile {
  std::string name = {};  // "designjet-t770.json", or its whole path; the stem names the profile
  std::string text = {};
};

// Throws UsageError that names file, key, what came and what was expected:
// "t770.json: channels.piws.spoken is 'maybe'; expected yes, no or unknown".
ModelProfile ParseProfile(const ProfileFile& file);

// The files of profiles/, as they were when the program was built.
const std::vector<ProfileFile>& BuiltInProfileFiles();

}  // namespace plotmeter

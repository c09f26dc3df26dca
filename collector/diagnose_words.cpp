// The words of the trade that a diagnostics bundle may show: in small letters, a blank after each.

#include <set>
#include <string_view>

#include "collector/diagnose_redaction.h"

namespace plotmeter {
namespace {

// Colours and inks, media, parts of printers, units, states, and what documents of printers are
// made of. No word that is a name and nothing else: a bundle of "black" tells nobody's name, since
// whatever stands beside it would have to be here, too.
constexpr std::string_view kWords =
    "americas apac chromatic emea nonvolatile parallel post public selects treatment usb volatile "
    "a a0 a1 a2 a3 a4 a5 "
    "aborted absent absorber access adh adhesive advanced after agent "
    "alert alerts all almost and aqueous are art at auto automatic available b back backlit "
    "bag banner baryta baryte based basket before belt bin bit bk black blue bond both bottom "
    "box brochure busy by c c1 calibration can canceled cancelled cannot canson canvas cap "
    "capacity card cardboard carriage cartridge cartridges cc center changed check clean "
    "cleaner cleaning clear closed cloth cm coated cold collect collector color colorant "
    "colors colour compatible complete completed component condensation consumable consumed "
    "continuous copier copies copy core cotton count counter cover crease critical curing "
    "current custom customer cut cutter cy cyan d damaged dark date day days default degrees "
    "deleted depleted designjet detector device disabled disk display done door down draft "
    "drive drop dry dt duplex durable e economode edge eight embossed empty en enabled "
    "encoder end energy engine enhanced enhancer environment error ethernet event events "
    "everyday exhausted expert expired external fabric failed false fast fatal feed feeder "
    "field film filter fine finished finishing five fixed flash fluid folder folding font for "
    "four front ft full fullpage fuser g general genuine gl gloss glossy good gram grams gray "
    "green grey gsm gui half halftone hardware head heads heat heater heavy heavyweight held "
    "hewlett high hold hour hours hp hpgl hpgl2 hundredths hw i id idle image impression "
    "impressions in inactive inch inches info information init initializing ink inkjet inks "
    "input inserted inside installed instant intermediate internal invalid is iso jam jdi jet "
    "jetdirect job jobs jpeg k kg kit kk label laminate language laserjet latex lc left legal "
    "length letter level lg life light lightcyan lightgray lightmagenta linear liter litre lm "
    "load loaded loading local long loopback low lower m m2 magenta main maintenance major "
    "manual margin marker marking mat material matt matte matteblack maximum mechanical media "
    "medium memory menu meter meters metre mg micrometers middle minimum minor minute minutes "
    "missing mk ml mm mode model module month months motor mounted multi multifeed n natural "
    "near nearly need needs network never new no non none normal not number of off offline ok "
    "on one online opaque open operator optimizer option optional or orange ordered original "
    "other out output outside over packard page pages pagewide panel paper papers part "
    "partial parts pause paused pcl pcl3 pcl3gui pcl5 pcl6 pdf pending percent photo "
    "photoblack photographic photolustre physical pigment pjl pk plain plastic platen plotter "
    "plus pnf polyester polyp polyprop polypropylene port poster postscript power ppr premium "
    "preparing present presentation press primer print printed printer printers printhead "
    "printheads printing pro process processing product production professional ps pump "
    "quality quarter r rc ready realistic rear recto recycled red refill region remaining "
    "removed replace replaced replacement required reset resin resolution restarted retained "
    "rewind rgb right roll roll1 roll2 roll3 rolling rolls s safe satin save scan scanner "
    "scanning scrim sds second seconds selected semi sensor series service serviceable set "
    "setup seven severe shaft sheet sheetfeed sheets short shutdown side sign silver simplex "
    "single six size sleep slot slow small smooth soft software solid source special spindle "
    "spittoon square stacked stacker standard standby start starting state station status "
    "stop stopped strong subunit subunits super supplies supply support supported switch "
    "synthetic system t table take tank technical temperature ten test testing textile than "
    "the thick thin three tiff time tinted to toner top total tracing trained translucent "
    "transparency tray tri trial trimmed true tube two type tyvek ultra unavailable uncoated "
    "under uni unit units universal unknown unload unloaded until untrained up update upper "
    "urf used utility vacuum valid value vellum verso very vinyl vivid w waiting wall "
    "wallpaper warm warming warning warranty waste wear web weight white wide width winder "
    "wiper with wrong x xl y year years yellow yes yl z zero zone ";

std::set<std::string_view> Split(std::string_view text) {
  std::set<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    words.insert(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return words;
}

}  // namespace

bool IsWordOfTheTrade(std::string_view lower) {
  static const std::set<std::string_view> words = Split(kWords);
  return words.contains(lower);
}

}  // namespace plotmeter

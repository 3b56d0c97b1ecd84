#include "suite/sift.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <tuple>

namespace mqttspec::suite {

namespace {

class sifter {
 public:
  sifter(open_tries& late, outage_log& outages, play::driver& on, const sift_ways& by)
      : late_(late), outages_(outages), on_(on), by_(by) {}

  // Those whose last try the broker went away from; of each time |most|, the likeliest first: what
  // had just been sent and was not answered. Of a broker that is dying, that is what came first.
  std::vector<play_key> crossed(std::size_t most = std::string::npos) const {
    using rank = std::tuple<bool, duration, play_key>;
    std::map<instant, std::vector<rank>> all;
    for (const auto& [key, tries] : late_) {
      const verdicts::opinion& o = tries.back();
      if (o.because != verdicts::doubt::outage) continue;
      const duration before = o.suspect ? -o.sent_before : std::chrono::abs(o.sent_before);
      all[o.away->since].emplace_back(!o.suspect, before, key);
    }
    std::vector<play_key> out;
    for (auto& [at, some] : all) {
      std::sort(some.begin(), some.end());
      some.resize(std::min(some.size(), most));
      for (const rank& r : some) out.push_back(std::get<play_key>(r));
    }
    return out;
  }

  // "": none is left; else why the results are void.
  std::string sift(std::size_t at_once) {
    constexpr std::size_t likely = 12;
    for (int unexplained = 0; !by_.over();) {
      const std::size_t before = outages_.found();
      const auto suspects = crossed(at_once <= likely ? std::string::npos : likely);
      if (suspects.empty()) return "";
      for (const play_key& key : suspects) {
        if (!by_.over() && !try_alone(key)) return give_up();
      }
      for (const play_key& key : crossed()) {  // relatives of those that were found
        if (!by_.over() && outages_.found_like(key.first) && !try_alone(key)) return give_up();
      }
      if (outages_.found() == before) {
        if (++unexplained == 3) return give_up();
        if (unexplained == 2) at_once = std::min(at_once, likely);
      }
      const auto rest = crossed();
      if (!rest.empty() && !by_.over()) by_.play_again({rest.begin(), rest.end()}, at_once);
    }
    return "";
  }

  // False: the broker goes away by itself.
  bool try_alone(const play_key& key) {
    constexpr duration longest = std::chrono::seconds(10);
    const auto again = [&] {
      const auto found = late_.find(key);
      return found != late_.end() && found->second.back().because == verdicts::doubt::outage;
    };
    by_.play_again({key}, 1);
    if (!again() || by_.over()) return true;
    const duration took = late_.at(key).back().result.took;
    if (goes_away_by_itself(on_, std::min(longest, took + std::chrono::seconds(1)))) return false;
    if (!by_.over()) by_.play_again({key}, 1);
    return true;
  }

  // What ran across it twice has no verdict, and the broker no case that is why.
  std::string give_up() {
    const std::vector<play_key> all = crossed();
    for (const play_key& key : all)
      by_.record(verdicts::settle(std::move(late_.extract(key).mapped())));
    return all.empty() ? "" : fmt::format("{}", fmt::join(outages_.sentences(), "; "));
  }

 private:
  open_tries& late_;
  outage_log& outages_;
  play::driver& on_;
  const sift_ways& by_;
};

}  // namespace

std::string sift_outages(open_tries& late, outage_log& outages, play::driver& on,
                         std::size_t at_once, const sift_ways& by) {
  return sifter(late, outages, on, by).sift(at_once);
}

}  // namespace mqttspec::suite

// What one half of wire/ writes the other reads back, for random legal packets of every type; and
// damaged packets never do more than be refused.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"
#include "wire/sample.h"
#include "wire/table.h"
#include "wire/value.h"

namespace mqttspec::wire {
namespace {

class round_trip : public testing::TestWithParam<protocol_version> {
 protected:
  protocol_version version() const { return GetParam(); }

  template <class Check>
  void for_samples(std::uint64_t seed, int count, Check check) {
    random_source random(seed);
    for (int i = 0; i < count && !HasFatalFailure(); ++i) {
      const sample_kind kind = sample_type(random, version());
      check(sample_packet(random, kind.type, version(), kind.from), kind.from);
    }
  }
};

TEST_P(round_trip, encoded_packets_decode_to_themselves) {
  for_samples(1, 6'000, [&](const packet& p, sender from) {
    const auto e = encode(p);
    ASSERT_TRUE(e) << print(e.error()) << "\n" << print(p);
    const auto back = decode(e->bytes, {version(), from});
    ASSERT_TRUE(back) << print(back.error()) << "\n" << print(p) << "\n" << to_hex(e->bytes);
    ASSERT_EQ(*back, p) << print(p) << "\n" << print(*back);
    byte_buffer appended = {1, 2};
    ASSERT_TRUE(encode_to(p, appended));
    ASSERT_TRUE(std::equal(e->bytes.begin(), e->bytes.end(), appended.begin() + 2, appended.end()));
  });
}

TEST_P(round_trip, printed_packets_parse_to_themselves) {
  for_samples(2, 6'000, [&](const packet& p, sender) {
    const std::string text = print(p);
    const auto back = parse_packet(text, version());
    ASSERT_TRUE(back) << text << "\n" << back.error().column << ": " << back.error().message;
    ASSERT_EQ(*back, p) << text << "\n" << print(*back);
  });
}

// What a person mistypes gives a place in the text, never a crash.
TEST_P(round_trip, damaged_notation_is_refused_or_read) {
  random_source random(9);
  constexpr std::string_view damage = "\"\\=[]{}():x0 ,\n";
  for_samples(9, 4'000, [&](const packet& p, sender) {
    std::string text = print(p);
    for (int i = 0; i < 3; ++i) {
      const std::size_t at = random.below(text.size());
      switch (random.below(3)) {
        case 0:
          text.erase(at, random.below(4));
          break;
        case 1:
          text.insert(at, 1, damage[random.below(damage.size())]);
          break;
        default:
          text[at] = static_cast<char>(random.below(256));
      }
      if (text.empty()) text = " ";
    }
    const auto back = parse_packet(text, version());
    if (back) return;
    ASSERT_LE(back.error().column, text.size()) << text;
    ASSERT_GE(back.error().length, 1u);
    ASSERT_FALSE(back.error().message.empty());
  });
}

// The fields of a packet, each set in turn, make the packet again, whatever their order.
TEST_P(round_trip, fields_rebuild_the_packet) {
  random_source order(3);
  for_samples(3, 2'000, [&](const packet& p, sender) {
    std::vector<named_field> fields(fields_of(p.type, version()).begin(),
                                    fields_of(p.type, version()).end());
    for (std::size_t i = fields.size(); i > 1; --i) {
      std::swap(fields[i - 1], fields[order.below(i)]);
    }
    packet built = make(p.type, version());
    for (const named_field& field : fields) {
      const auto v = get_field(p, field.name);
      if (!v) continue;
      ASSERT_TRUE(set_field(built, field.name, *v)) << field.name << "=" << print(*v);
    }
    // The order of properties is the order of setting; apart from it all must be equal.
    const auto sort = [](const property_list& list) {
      property_list sorted;
      for (const property_spec& spec : property_table) {
        for (const property& each : list) {
          if (each.id == spec.id) sorted.push_back(each);
        }
      }
      return sorted;
    };
    packet expected = p;
    for (packet* each : {&built, &expected}) {
      each->properties = sort(each->properties);
      if (each->will) each->will->properties = sort(each->will->properties);
    }
    ASSERT_EQ(built, expected) << print(expected) << "\n" << print(built);
  });
}

TEST_P(round_trip, the_field_map_covers_the_packet_without_gaps) {
  for_samples(4, 2'000, [&](const packet& p, sender) {
    const auto e = encode(p);
    ASSERT_TRUE(e);
    std::uint32_t at = 0;
    for (const field_position& f : e->fields) {
      ASSERT_EQ(f.offset, at) << f.name << " in " << print(p);
      ASSERT_FALSE(f.name.empty());
      at += f.length;
    }
    ASSERT_EQ(at, e->bytes.size());
  });
}

void expect_stable_if_accepted(byte_view bytes, protocol_version version, sender from) {
  // An allocation of the exact size lets the address sanitizer see a read past the end.
  const byte_buffer exact(bytes.begin(), bytes.end());
  const auto p = decode(exact, {version, from});
  if (!p) {
    ASSERT_LE(p.error().offset, exact.size());
    ASSERT_NE(p.error().error, wire_error::none);
    return;
  }
  const auto again = encode(*p);
  ASSERT_TRUE(again) << print(again.error()) << "\n" << print(*p) << "\n" << to_hex(exact);
  const auto back = decode(again->bytes, {p->version, from});
  ASSERT_TRUE(back) << print(back.error()) << "\n" << print(*p);
  ASSERT_EQ(*back, *p) << print(*p);
}

TEST_P(round_trip, packets_cut_at_every_length_are_refused) {
  for_samples(5, 1'000, [&](const packet& p, sender from) {
    const auto e = encode(p);
    ASSERT_TRUE(e);
    for (std::size_t length = 0; length < e->bytes.size(); ++length) {
      const byte_view cut = byte_view(e->bytes).first(length);
      ASSERT_FALSE(decode_view(byte_buffer(cut.begin(), cut.end()), {version(), from}));
      const auto part = split(cut, version());
      ASSERT_TRUE(part);
      ASSERT_FALSE(part->has_value());
    }
    const auto whole = split(e->bytes, version());
    ASSERT_TRUE(whole && whole->has_value());
    ASSERT_EQ((*whole)->bytes.size(), e->bytes.size());
  });
}

TEST_P(round_trip, one_changed_octet_is_refused_or_means_something_stable) {
  for_samples(6, 60, [&](const packet& p, sender from) {
    const auto e = encode(p);
    ASSERT_TRUE(e);
    byte_buffer bytes = e->bytes;
    const std::size_t size = std::min<std::size_t>(bytes.size(), 120);
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint8_t original = bytes[i];
      for (unsigned octet = 0; octet < 256; ++octet) {
        bytes[i] = static_cast<std::uint8_t>(octet);
        expect_stable_if_accepted(bytes, version(), from);
        if (HasFatalFailure()) return;
      }
      bytes[i] = original;
    }
  });
}

TEST_P(round_trip, random_octets_are_refused_or_mean_something_stable) {
  random_source random(7);
  for (int i = 0; i < 20'000 && !HasFatalFailure(); ++i) {
    byte_buffer bytes(2 + random.below(30));
    for (std::uint8_t& octet : bytes) {
      // Small numbers are lengths, identifiers and flags more often than others.
      octet = static_cast<std::uint8_t>(random.below(random.below(2) == 0 ? 256 : 8));
    }
    bytes[0] = static_cast<std::uint8_t>(random.below(256));
    bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2);
    expect_stable_if_accepted(bytes, version(),
                              random.below(2) == 0 ? sender::client : sender::server);
  }
}

TEST_P(round_trip, the_owning_form_has_what_the_view_shows) {
  for_samples(8, 2'000, [&](const packet& p, sender from) {
    const auto e = encode(p);
    ASSERT_TRUE(e);
    const auto view = decode_view(e->bytes, {version(), from});
    ASSERT_TRUE(view);
    ASSERT_EQ(to_packet(*view), p);
    std::size_t count = 0;
    for (const property_view& each : view->properties) {
      ASSERT_LT(count, p.properties.size());
      ASSERT_EQ(each.id, p.properties[count].id);
      ASSERT_EQ(each.text, p.properties[count].text);
      ++count;
    }
    ASSERT_EQ(count, p.properties.size());
  });
}

INSTANTIATE_TEST_SUITE_P(both_versions, round_trip,
                         testing::Values(protocol_version::v5, protocol_version::v311),
                         [](const auto& each) { return std::string(version_tag(each.param)); });

}  // namespace
}  // namespace mqttspec::wire

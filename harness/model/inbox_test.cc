#include "model/inbox.h"

#include <gtest/gtest.h>

namespace mqttspec::model {
namespace {

TEST(inbox, tells_what_earlier_connections_left_behind) {
  inbox in;
  in.received(1, nullptr);
  in.received(2, nullptr);
  EXPECT_EQ(in.unacknowledged(), 2u);
  EXPECT_EQ(in.left_behind(), 0u);
  in.open();
  EXPECT_EQ(in.unacknowledged(), 0u);
  EXPECT_EQ(in.left_behind(), 2u);
  in.received(1, nullptr);  // repeated: it counts on this connection now
  in.received(3, nullptr);
  EXPECT_EQ(in.unacknowledged(), 2u);
  EXPECT_EQ(in.left_behind(), 1u);
  in.released(2, true);
  in.released(3, true);
  EXPECT_EQ(in.unacknowledged(), 1u);
  EXPECT_EQ(in.left_behind(), 0u);
}

}  // namespace
}  // namespace mqttspec::model

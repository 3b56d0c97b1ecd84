#pragma once
// Where a broker does something wrong in every session, and a witness has told it, the other cases
// go round it where they can, and judge what they are about. Each function makes another way of
// |s|, or gives it back as it was.

#include "script/scenario.h"

namespace mqttspec::script {

// Session Present is 0 on every resume: who resumes does not look at it, unless no other claim
// follows.
scenario without_session_present(scenario s);
// What is begun with Clean Start 1 is not kept: first CONNECTs of a session have Clean Start 0.
scenario begun_without_clean_start(scenario s);
// Clean Start 0 is refused where no session is: first CONNECTs of a session have Clean Start 1.
scenario begun_with_clean_start(scenario s);
// What loses its connection is not kept: clients without a will say DISCONNECT first.
scenario left_by_disconnect(scenario s);

}  // namespace mqttspec::script

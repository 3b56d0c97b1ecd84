# mqttspec_add_tests(PREFIX
#   START COMMAND [ARGUMENT ...]    the broker under test; {port} becomes a free port
#   BROKER HOST:PORT                or one that is running
#   [TARGET FILE.toml]              its facts and hooks
#   [BASELINE FILE ...]             known failures
#   [PATTERNS PATTERN ...]          which cases; without: all
#   [OPTIONS OPTION ...]            further options of `mqttspec run`
#   [SHARDS N]                      N tests, each of a part of the cases; without: one test
#   [EACH_CASE]                     a test for every case instead, found when CMake configures
#   [TIMEOUT SECONDS]               of each test; without: 300
#   [LABELS LABEL ...])             besides "mqttspec"
#
# Adds tests to CTest. Without START and BROKER they run against the embedded broker. Each test leaves
# PREFIX.junit.xml and PREFIX.json (with .I-of-N for shards) in the binary directory; with EACH_CASE
# none. Tests that share a running broker may run side by side: every run has its own topics.
#
#   find_package(mqttspec 0.1 REQUIRED)
#   mqttspec_add_tests(sessions START $<TARGET_FILE:mybroker> --port {port}
#     BASELINE ${CMAKE_CURRENT_SOURCE_DIR}/known.txt SHARDS 4)

function(mqttspec_add_tests prefix)
  cmake_parse_arguments(PARSE_ARGV 1 arg "EACH_CASE" "BROKER;TARGET;SHARDS;TIMEOUT"
    "START;BASELINE;PATTERNS;OPTIONS;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "mqttspec_add_tests(${prefix}): not understood: "
      "${arg_UNPARSED_ARGUMENTS} ${arg_KEYWORDS_MISSING_VALUES}")
  endif()
  if(arg_EACH_CASE AND arg_SHARDS)
    message(FATAL_ERROR "mqttspec_add_tests(${prefix}): EACH_CASE and SHARDS exclude each other")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()

  set(command mqttspec::mqttspec run)
  if(arg_START)
    if(NOT arg_BROKER)
      set(arg_BROKER 127.0.0.1:0)
    endif()
    # One shell command; an apostrophe in a word is beyond CMake's tests.
    set(start "exec")
    foreach(word IN LISTS arg_START)
      string(APPEND start " '${word}'")
    endforeach()
    list(APPEND command --start "${start}")
  endif()
  if(arg_BROKER)
    list(APPEND command --broker ${arg_BROKER})
  endif()
  if(arg_TARGET)
    list(APPEND command --target ${arg_TARGET})
  endif()
  foreach(file IN LISTS arg_BASELINE)
    list(APPEND command --baseline ${file})
  endforeach()
  list(APPEND command ${arg_OPTIONS})

  set(names)
  if(arg_EACH_CASE)
    get_target_property(program mqttspec::mqttspec IMPORTED_LOCATION)
    execute_process(COMMAND ${program} list ${arg_PATTERNS} OUTPUT_VARIABLE listed
      COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[^\n]+" ids "${listed}")
    foreach(id IN LISTS ids)
      # A run whose only case is skipped ends with 4: nothing was judged.
      add_test(NAME "${prefix}/${id}" COMMAND ${command} "${id}")
      set_tests_properties("${prefix}/${id}" PROPERTIES SKIP_RETURN_CODE 4)
      list(APPEND names "${prefix}/${id}")
    endforeach()
  else()
    if(NOT arg_SHARDS)
      set(arg_SHARDS 1)
    endif()
    foreach(shard RANGE 1 ${arg_SHARDS})
      set(name ${prefix})
      set(part)
      if(arg_SHARDS GREATER 1)
        set(name ${prefix}.${shard}-of-${arg_SHARDS})
        set(part --shard ${shard}/${arg_SHARDS})
      endif()
      add_test(NAME ${name} COMMAND ${command} ${part} ${arg_PATTERNS}
        --report-junit ${CMAKE_CURRENT_BINARY_DIR}/${name}.junit.xml
        --report-json ${CMAKE_CURRENT_BINARY_DIR}/${name}.json)
      list(APPEND names ${name})
    endforeach()
  endif()
  set_tests_properties(${names} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "mqttspec;${arg_LABELS}")
endfunction()

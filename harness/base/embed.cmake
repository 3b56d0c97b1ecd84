# cmake -DFILES="..." -DHEADER=... -DNAMESPACE=... -DFUNCTION=... -DOUTPUT=... -P embed.cmake
# Writes a C++ file that holds each of FILES as text, by its name, so that the program needs none of
# them when it runs.
separate_arguments(FILES)
set(text "// Generated.\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nconst std::map<std::string_view, std::string_view>& ${FUNCTION}() {\n  static const std::map<std::string_view, std::string_view> files = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "      {\"${name}\", R\"~embed~(${content})~embed~\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${text}")

# cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake
# Writes a C++ file that holds every file of FOLDER as text, so that the program needs none of them
# when it runs.
file(GLOB files ${FOLDER}/*)
list(SORT files)
set(text "// Generated from reports/templates.\n#include \"reports/template.h\"\n\nnamespace mqttspec::reports {\n\nconst std::map<std::string_view, std::string_view>& template_files() {\n  static const std::map<std::string_view, std::string_view> files = {\n")
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "      {\"${name}\", R\"~embed~(${content})~embed~\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n\n}  // namespace mqttspec::reports\n")
file(WRITE ${OUTPUT} "${text}")

# Joins po/<lang>.po and po/<lang>/*.po (one file a part of the program; the first one wins where a message stands
# twice), compiles them to a .mo catalogue and embeds it as a C byte array `lince_catalogue_<lang>`.
# The lookup is in src/core/i18n.c: a report's language must not depend on the locales a machine has.
find_program(MSGCAT msgcat REQUIRED)
set(LINCE_TRANSLATIONS "")
foreach(lang es)
  file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/po/${lang}/*.po)
  list(PREPEND parts ${PROJECT_SOURCE_DIR}/po/${lang}.po)
  set(po ${PROJECT_BINARY_DIR}/po/${lang}.po)
  set(mo ${PROJECT_BINARY_DIR}/po/${lang}.mo)
  set(c ${PROJECT_BINARY_DIR}/po/${lang}.c)
  add_custom_command(OUTPUT ${c}
    COMMAND ${MSGCAT} --use-first --to-code=UTF-8 -o ${po} ${parts}
    COMMAND ${MSGFMT} --check-format -o ${mo} ${po}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${mo} -DOUTPUT=${c} -DNAME=lince_catalogue_${lang}
      -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${parts} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  list(APPEND LINCE_TRANSLATIONS ${c})
endforeach()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/po)

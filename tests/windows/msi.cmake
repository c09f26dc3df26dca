# The installer of the collector: its tables, its signature, its life. Included by CMakeLists.txt where plotmeter-collector.exe is built.
set(msi ${PROJECT_SOURCE_DIR}/installer/windows/msi)
add_test(NAME windows.msi_tables COMMAND ${PLOTMETER_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/msi_tables.py
  --build ${msi}/build --golden ${PROJECT_SOURCE_DIR}/tests/golden/msi)
add_test(NAME windows.msi_sign COMMAND ${PLOTMETER_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/msi_sign.py --sign ${msi}/sign --build ${msi}/build)
add_test(NAME windows.msi_life COMMAND ${PLOTMETER_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/msi_life.py
  --exe $<TARGET_FILE:plotmeter-collector> --wine ${wine} --native ${PLOTMETER_NATIVE_BIN} --build ${msi}/build)
set_tests_properties(windows.msi_tables windows.msi_sign PROPERTIES LABELS windows TIMEOUT 300)
set_tests_properties(windows.msi_life PROPERTIES LABELS windows SKIP_RETURN_CODE 77 TIMEOUT 900 RUN_SERIAL TRUE)

plotmeter_test(msi_settings_test SOURCES settings_text_test.cpp ${msi}/settings_text.cpp)

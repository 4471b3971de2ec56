#include "train/run/resume.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "modality/modality.h"
#include "settings/settings.h"
#include "train/run/run.h"

#include <stdio.h>
#include <string.h>

/* Data are recognised by their fingerprint, wherever they lie now. */
static bool is_kept(const lince_setting_info *info)
{
    return lince_setting_decides(info) != LINCE_DECIDES_NOTHING && strcmp(info->name, "data") != 0;
}

int lince_resume_record(const lince_settings *settings, char **text)
{
    const lince_setting_info *info;
    json_t *record = json_object();
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        char number[LINCE_NUMBER_MAX];
        if (!is_kept(info)) continue;
        lince_json_put(&record, info->name,
                       lince_json_string(lince_settings_text(settings, info->name, number)));
    }
    return lince_json_text(record, JSON_COMPACT, text);
}

static int check_one(const lince_settings *settings, const lince_settings *given, const char *name,
                     const char *begun, const char *path)
{
    char number[LINCE_NUMBER_MAX];
    const char *value = lince_settings_text(settings, name, number);
    if (!value) return LINCE_EUSAGE;
    if (!strcmp(value, begun) || lince_settings_hold(given, name, begun)) return 0;
    return lince_fail(
        LINCE_EUSAGE,
        "--%s '%s': %s was begun with '%s', and a resumed run must equal the uninterrupted one; "
        "leave the option out, or begin a new run",
        name, value, path, begun);
}

int lince_resume_check(const lince_settings *settings, const lince_settings *given, const char *record,
                       const char *path, const char *but)
{
    json_t *begun = NULL;
    int code = record ? lince_json_parse(record, strlen(record), 0, &begun, NULL) : 0;
    if (code == LINCE_ENOMEM) return code;
    if (!json_is_object(begun)) {
        json_decref(begun);
        return lince_fail(LINCE_EFORMAT, "%s: its settings cannot be read", path);
    }
    code = 0;
    const char *name;
    json_t *value;
    json_object_foreach(begun, name, value)
    {
        if (!code && json_is_string(value) && (!but || strcmp(name, but) != 0))
            code = check_one(settings, given, name, json_string_value(value), path);
    }
    json_decref(begun);
    return code;
}

/* As lince_run_read_config, for settings that come from elsewhere. */
static int set_decay(lince_settings *settings, const char *folder)
{
    lince_run run;
    bool chose;
    LINCE_TRY(lince_run_open(&run, folder));
    LINCE_TRY(lince_run_chose(&run, "decay-norms", &chose));
    return chose ? 0 : lince_settings_set(settings, "decay-norms", "yes");
}

/* Every version wrote it; where it is lost, its default would be taken for epochs that are asked for. */
static int check_epochs(const char *folder)
{
    lince_run run;
    bool said;
    LINCE_TRY(lince_run_open(&run, folder));
    LINCE_TRY(lince_run_chose(&run, "epochs", &said));
    return said ? 0
                : lince_fail(LINCE_EFORMAT, "%s/config.yaml: the line 'epochs' is missing; put it back",
                             folder);
}

int lince_resume_complete(lince_settings *settings, const char *folder)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(check_epochs(folder));
    LINCE_TRY(set_decay(settings, folder));
    LINCE_TRY(lince_path_join(path, folder, "data.json"));
    json_t *data;
    LINCE_TRY(lince_json_read_if_there(path, &data));
    const lince_modality *m = lince_modality_recorded(data);
    int code = data && m->complete ? m->complete(settings, data) : 0;
    json_decref(data);
    return code;
}
